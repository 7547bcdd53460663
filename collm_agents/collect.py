"""Rollouts in lock-step: all agents of all episodes answer in one batch per turn, all environments' backends work at once."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from pettingzoo import AECEnv

from collm_agents.groups import Joint
from collm_agents.models.base import Prompt, Sampling, TeamModel, generator
from collm_agents.returns import processed
from collm_agents.rollouts import Branch, Node
from collm_envs.core.checks import one_of, whole
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SoloEnv

JointReward = Literal["same", "mean", "sum"]

_RESET, _SAMPLE = 0, 1


@dataclass(frozen=True)
class Plan:
    """How many completions are sampled at a node, and which joint actions are made of them.

    Attributes:
        samples: K, completions per agent and node.
        joint: ``aligned``: the k-th of all agents make the k-th joint action; ``cross``: all combinations; ``trajectory``: K
            aligned ones in the first turn, and one in each later turn.
        stop_above: a branch whose joint reward, as learners see it, is above it goes no further; None lets the task decide alone.
        reward_scale, reward_shift: learners see ``scale * reward + shift``.
    """

    samples: int = 1
    joint: Joint = "trajectory"
    stop_above: float | None = None
    reward_scale: float = 1.0
    reward_shift: float = 0.0

    def __post_init__(self) -> None:
        whole("samples", self.samples, 1, 10_000)
        one_of("joint", self.joint, get_args(Joint))

    def width(self, turn: int) -> int:
        """Completions per agent and node in a turn, 1 and up."""
        return 1 if self.joint == "trajectory" and turn > 1 else self.samples

    def stops(self, reward: float) -> bool:
        """Whether a branch with this joint reward, a raw one, goes no further."""
        return self.stop_above is not None and float(processed(reward, self.reward_scale, self.reward_shift)) > self.stop_above

    def combinations(self, agents: Sequence[str], turn: int) -> list[dict[str, int]]:
        """The joint actions of a node: which sample each agent plays."""
        samples = range(self.width(turn))
        if self.joint == "cross":
            return [dict(zip(agents, picks)) for picks in itertools.product(samples, repeat=len(agents))]
        return [dict.fromkeys(agents, pick) for pick in samples]


class Collector:
    """Plays episodes of one environment with one team.

    Any PettingZoo parallel environment with text observations and actions will do. Where it has ``fork()``, copies are made with
    it, else by ``copy.deepcopy``; where it has ``step_async`` and ``step_wait``, all copies are stepped at once.

    Args:
        env: is copied and never played itself.
        model: the team.
        seed: all chance follows from it.
        joint_reward: what to make of unequal rewards of the agents: their ``mean`` or ``sum``; ``same`` does not allow them.
        options: for ``env.reset``: ``{"split": "train"}``.
    """

    def __init__(
        self,
        env: Any,
        model: TeamModel,
        seed: int = 0,
        joint_reward: JointReward = "same",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        if isinstance(env, AECEnv):
            raise TypeError("agents answer all at once: a parallel environment is needed, and this one is an AEC environment")
        self.env = env
        self.model = model
        self.seed = seed
        self.joint_reward = one_of("joint_reward", joint_reward, get_args(JointReward))
        self.options = dict(options or {})
        missing = [agent for agent in env.possible_agents if agent not in model.agents]
        if missing:
            raise ValueError(f"the model has no agent {missing[0]!r}; it has: {', '.join(model.agents)}")

    def seed_of(self, iteration: int, episode: int) -> int:
        """The seed of an episode's ``env.reset``."""
        return int(generator(self.seed, (_RESET, iteration, episode)).integers(2**32))

    def collect(
        self,
        iteration: int,
        episodes: Sequence[int],
        plan: Plan,
        sampling: Sampling,
        on_end: Callable[[int, Any], None] | None = None,
    ) -> list[Node]:
        """Play episodes to their ends.

        Args:
            iteration: part of what the episodes' chance follows from.
            episodes: their numbers; an episode is the same whatever others are played beside it.
            plan: the shape of their trees.
            sampling: how completions are drawn.
            on_end: called at each leaf of an episode's tree with the episode and the environment, as it is after the last turn.

        Returns:
            Their roots. Episodes whose score was lost with a backend are left out.

        Raises:
            ValueError: if agents' rewards differ where ``joint_reward`` is ``same``, or one is missing or not a number.
            TypeError: for an observation that is no text.
        """
        roots, lost = [], set()
        frontier: list[tuple[Node, Any]] = []
        for episode in episodes:
            env = fork(self.env)
            observations, _ = env.reset(seed=self.seed_of(iteration, episode), options=dict(self.options))
            roots.append(Node(episode, 1, (), _present(env, observations)))
            frontier.append((roots[-1], env))
        while frontier:
            self._answer([node for node, _ in frontier], iteration, plan, sampling)
            grown = []
            for node, number, env in self._play(frontier, plan):
                branch = node.branches[number]
                if math.isnan(branch.reward):
                    lost.add(node.episode)
                elif env.agents and not branch.terminated:
                    path = (*node.path, number)
                    branch.child = Node(node.episode, node.turn + 1, path, _present(env, branch.observations))
                    grown.append((branch.child, env))
                elif on_end:
                    on_end(node.episode, env)
            frontier = [(node, env) for node, env in grown if node.episode not in lost]
        return [root for root in roots if root.episode not in lost]

    def _answer(self, level: Sequence[Node], iteration: int, plan: Plan, sampling: Sampling) -> None:
        """Sample the completions of all agents at all nodes of a turn."""
        numbers = {agent: number for number, agent in enumerate(self.model.agents)}
        asked = [(node, agent) for node in level for agent in node.observations]
        prompts = [
            Prompt(agent, node.observations[agent], (_SAMPLE, iteration, node.episode, node.turn, numbers[agent], *node.path))
            for node, agent in asked
        ]
        responses = self.model.sample(prompts, plan.width(level[0].turn), sampling, self.seed)
        for (node, agent), sampled in zip(asked, responses):
            node.responses[agent] = sampled

    def _play(self, frontier: Sequence[tuple[Node, Any]], plan: Plan) -> list[tuple[Node, int, Any]]:
        """Step a copy of its environment for every joint action of every node, and write the branches down in the nodes.

        Returns:
            For each branch its node, its number there, and the environment it was played in.
        """
        if plan.joint == "cross" and len({len(node.observations) for node, _ in frontier}) > 1:
            raise ValueError(
                "some agents have left in some branches alone, so that nodes of one turn differ in size: choose joint='aligned'"
            )
        moves = []
        for node, env in frontier:
            combinations = plan.combinations(list(node.observations), node.turn)
            copies = [env if number == len(combinations) - 1 else fork(env) for number in range(len(combinations))]
            moves += [(node, own, picks) for own, picks in zip(copies, combinations)]
        actions = [{agent: node.responses[agent][pick].text for agent, pick in picks.items()} for node, _, picks in moves]
        played = []
        for (node, env, picks), result in zip(moves, step_all([env for _, env, _ in moves], actions)):
            observations, rewards, terminations, truncations, infos = result
            over = not env.agents
            if not rewards:
                raise ValueError(f"turn {node.turn} of episode {node.episode} has no rewards")
            reward = self._joint(rewards)
            if math.isnan(reward) and not any(truncations.values()):
                raise ValueError(f"turn {node.turn} of episode {node.episode} has a reward that is not a number")
            stopped = not math.isnan(reward) and plan.stops(reward)
            # Somebody who would have gone on makes the end a cut, whoever left in that turn, or before.
            cut = any(truncations[agent] and not terminations[agent] for agent in truncations)
            ended = stopped or (over and not cut)
            solved = any(info.get("solved", False) for info in infos.values())
            branch = Branch(picks, reward, ended, over and not ended, dict(observations), bool(solved), _terms(env))
            node.branches.append(branch)
            played.append((node, len(node.branches) - 1, env))
        return played

    def _joint(self, rewards: Mapping[str, float]) -> float:
        values = [float(reward) for reward in rewards.values()]
        if self.joint_reward == "same":
            if any(value != values[0] and not (math.isnan(value) and math.isnan(values[0])) for value in values):
                raise ValueError(f"the agents' rewards differ, {dict(rewards)}: choose joint_reward='mean' or 'sum'")
            return values[0]
        return float(np.mean(values) if self.joint_reward == "mean" else np.sum(values))


def fork(env: Any) -> Any:
    """An environment of its own in the same state."""
    return env.fork() if hasattr(env, "fork") else copy.deepcopy(env)


def task_env(env: Any) -> CollabEnv | None:
    """The environment of the task that is played, by a team or by one agent for all of it; None where ``env`` is anything else.

    Wrappers are something else, too: what a task says of its rewards need not be true of theirs.
    """
    team = env.alone.team if isinstance(env, SoloEnv) else env
    return team if isinstance(team, CollabEnv) else None


def _terms(env: Any) -> Mapping[str, float]:
    """What the reward of the newest turn is the sum of."""
    team = task_env(env)
    return team.turns[-1].score.terms if team else {}


def step_all(envs: Sequence[Any], actions: Sequence[Mapping[str, str]]) -> list[Any]:
    """Step all environments: first all that can begin, then all are waited for."""
    begun = [hasattr(env, "step_async") for env in envs]
    try:
        for env, action, early in zip(envs, actions, begun):
            if early:
                env.step_async(action)
        return [env.step_wait() if early else env.step(action) for env, action, early in zip(envs, actions, begun)]
    except BaseException:  # Ctrl-C, say: a step under way must not be waited for by whoever uses the environment next.
        for env in envs:
            if hasattr(env, "step_cancel"):
                env.step_cancel()
        raise


def _present(env: Any, observations: Mapping[str, str]) -> dict[str, str]:
    """The observations of the agents that are still there; TypeError for one that is no text."""
    for agent in env.agents:
        if not isinstance(observations[agent], str):
            raise TypeError(f"observations must be text, but {agent} was shown {type(observations[agent]).__name__}")
    return {agent: observations[agent] for agent in env.agents}
