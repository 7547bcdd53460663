"""``collm play``: a person takes a role for one episode."""

from __future__ import annotations

from collm_agents.arguments import user_input
from collm_agents.commands.console import heading, make_console
from collm_agents.commands.human import HumanTeam, InputEnded
from collm_agents.evaluate import check_scored
from collm_agents.policies import make_team
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv


def play(env: CollabEnv, role: str | None, partner: str, split: str | None, index: int, seed: int) -> int:
    """Play one episode at the terminal; the first agent is the default role. Raises BackendLost if a turn cannot be scored."""
    with user_input():
        role = one_of("role", env.possible_agents[0] if role is None else role, env.possible_agents)
        team = HumanTeam(role, make_team(partner, env.task))
        observations, _ = env.reset(seed=seed, options={"split": split or env.split, "index": index})
    team.reset(env, seed)
    console = make_console()
    while env.agents:
        try:
            actions = team.act(env, observations)
        except InputEnded:
            heading(console, f"the input ended in turn {len(env.turns) + 1} of {env.max_cycles}: the episode stops here")
            return 0
        observations = env.step(actions)[0]
    check_scored(env)
    team.show_outcome(env)
    rewards = [turn.score.total for turn in env.turns]
    end = "solved" if env.turns[-1].solved else "over"
    heading(
        console, f"{end} after {len(rewards)} of {env.max_cycles} turns: last reward {rewards[-1]:.4f}, best {max(rewards):.4f}"
    )
    return 0
