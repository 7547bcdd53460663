"""Small games written down as functions, and tables to play them: problems whose answers can be worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import nan
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from collm_agents.learners.actor_critic import CoLLMConfig, Lesson
from collm_agents.models.base import History, Prompt, Response, Sampling
from collm_agents.models.tabular import TabularTeam
from collm_envs.core.spaces import Text

Played = tuple[dict[str, str], ...]
"""The joint actions of an episode so far."""

AGENTS = ("a_0", "a_1")
ACTIONS = ("up", "down")
MATRIX = {("up", "up"): 1.0, ("up", "down"): 0.4, ("down", "up"): 0.4, ("down", "down"): 0.0}
"""A game with one equilibrium."""

_STATE = re.compile(r"state (\d+)")
_TEXT = Text(100)


def nothing(agent: str, played: Played, cue: int) -> int:
    return 0


def turns_played(agent: str, played: Played, cue: int) -> int:
    return len(played)


def cue_of(agent: str, played: Played, cue: int) -> int:
    return cue


def pays(reward: float | Mapping[str, float]) -> Callable[[Played], float | Mapping[str, float]]:
    """The same in each turn, whatever is played."""
    return lambda _: reward


def never(played: Played) -> bool:
    return False


def always(played: Played) -> bool:
    return True


class Game(ParallelEnv[str, str, str]):
    """A game of any user: no class of this project, no ``fork``, no ``step_async``.

    Args:
        pay: the reward of the newest turn, from all that was played; or each agent's.
        agents, turns: who plays, for how long.
        state: what an agent is told, a whole number, from its name, all that was played and the cue.
        cues: how many cues there are; one is drawn by each reset.
        leave: the turn after which an agent is gone.
        cut: whether the last turn cuts the episode, instead of ending it.
        over: whether the task ends the episode early.
        can_leave: the condition on what was played under which agents leave.
        lost: the cues at which the score of the last turn is lost: the episode is cut, and its reward is no number.
    """

    metadata: dict[str, Any] = {"name": "game_v0"}  # noqa: RUF012  (PettingZoo has it so)

    def __init__(
        self,
        pay: Callable[[Played], float | Mapping[str, float]],
        agents: Sequence[str] = AGENTS,
        turns: int = 1,
        state: Callable[[str, Played, int], int] = nothing,
        cues: int = 1,
        leave: Mapping[str, int] | None = None,
        cut: bool = False,
        over: Callable[[Played], bool] = never,
        can_leave: Callable[[Played], bool] = always,
        lost: Sequence[int] = (),
    ) -> None:
        self.pay, self.turns, self.state_of, self.cues = pay, turns, state, cues
        self.leave, self.cut, self.over, self.can_leave = dict(leave or {}), cut, over, can_leave
        self.possible_agents, self.agents = list(agents), list[str]()
        self.lost, self.max_cycles = lost, turns
        self.render_mode = None
        self.steps: list[dict[str, str]] = []
        """The joint actions rewarded, in this copy and all others."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Game:
        other = object.__new__(Game)
        other.__dict__.update(self.__dict__)
        other.agents = self.agents[:]
        return other

    def observation_space(self, agent: str) -> Text:
        return _TEXT

    def action_space(self, agent: str) -> Text:
        return _TEXT

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, str], dict[str, Any]]:
        self.agents, self.played = self.possible_agents[:], tuple[dict[str, str], ...]()
        self.cue = int(np.random.default_rng(seed).integers(self.cues))
        return self._see(), {agent: {} for agent in self.agents}

    def _see(self) -> dict[str, str]:
        return {
            agent: f"{agent} in turn {len(self.played) + 1}, state {self.state_of(agent, self.played, self.cue)}"
            for agent in self.agents
        }

    def step(self, actions: Mapping[str, str]) -> Any:
        assert set(actions) == set(self.agents)
        self.steps.append(dict(actions))
        self.played = (*self.played, dict(actions))
        turn, over = len(self.played), self.over(self.played)
        last = turn == self.turns and not over
        failed = last and self.cue in self.lost
        paid = nan if failed else self.pay(self.played)
        rewards = {agent: paid[agent] if isinstance(paid, Mapping) else paid for agent in self.agents}
        gone = [agent for agent in self.agents if self.leave.get(agent) == turn and self.can_leave(self.played)]
        terminations = {agent: over or agent in gone or (last and not self.cut and not failed) for agent in self.agents}
        truncations = {agent: last and (self.cut or failed) and agent not in gone for agent in self.agents}
        observations = self._see()
        self.agents = [agent for agent in self.agents if not (terminations[agent] or truncations[agent])]
        return observations, rewards, terminations, truncations, {agent: {"solved": over} for agent in observations}


def matrix(table: Mapping[tuple[str, ...], float] = MATRIX, **options: Any) -> Game:
    """One turn, one state: the reward by joint action."""
    return Game(lambda played: table[tuple(played[-1].values())], **options)


def chain(rewards: Sequence[float], **options: Any) -> Game:
    """Turns that pay the same whatever is played; the state is the turn, counted from 0."""
    return Game(
        lambda played: rewards[len(played) - 1],
        turns=len(rewards),
        state=turns_played,
        **options,
    )


def one_hot(states: int, agents: Sequence[str] = AGENTS) -> Callable[[History], NDArray[np.float64]]:
    """A critic's features: for each agent its state in the turn valued, as it is tagged in the history."""

    def features_of(history: History) -> NDArray[np.float64]:
        found = np.zeros((len(agents), states))
        for line in history[-1].splitlines():
            for number, agent in enumerate(agents):
                seen = _STATE.search(line)
                if seen and line.startswith(f"{agent} in turn"):
                    found[number, int(seen[1])] = 1
        return found.ravel()

    return features_of


def joint_hot(states: int, agents: Sequence[str] = AGENTS) -> Callable[[History], NDArray[np.float64]]:
    """A critic's features: one for each combination of the states that it sees."""

    def features_of(history: History) -> NDArray[np.float64]:
        found = [int(number) for number in _STATE.findall(history[-1])]
        row = np.zeros(states ** len(agents))
        if found:
            row[sum(number * states**place for place, number in enumerate(found))] = 1
        return row

    return features_of


def state_of(observation: str) -> int:
    found = _STATE.search(observation)
    assert found
    return int(found[1])


def team(
    states: int = 1,
    agents: Sequence[str] = AGENTS,
    actions: Sequence[str] = ACTIONS,
    features: Callable[[History], NDArray[np.float64]] | None = None,
    kind: type[TabularTeam] = TabularTeam,
) -> Any:
    """Tables of so many states, uniform at the start."""
    return kind(agents, actions, states, state_of, features or one_hot(states, agents))


class DealtTeam(TabularTeam):
    """A team whose samples are dealt beforehand, in the order in which they are asked for; what they are is counted."""

    hand: Iterator[int] = iter(())
    calls = 0
    samples = 0
    keys: tuple[tuple[int, ...], ...] = ()

    def deal(self, actions: Sequence[int]) -> None:
        self.hand = iter(actions)

    def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
        self.calls += len(prompts)
        self.samples += len(prompts) * samples
        self.keys += tuple((*prompt.key, number) for prompt in prompts for number in range(samples))
        found = []
        for prompt in prompts:
            state = self.state_of(prompt.text)
            logs = self.logits[prompt.agent][state].detach().log_softmax(0).numpy()
            found.append([self._response(prompt.agent, state, next(self.hand, 0), logs) for _ in range(samples)])
        return found


class Recorder(torch.optim.SGD):
    """An optimiser that writes down the ascent direction that it is given, and takes no step."""

    def __init__(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        super().__init__(parameters, lr=1.0)
        self.seen: list[NDArray[np.float64]] = []

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        self.seen += [-p.grad.double().numpy().copy() for group in self.param_groups for p in group["params"]]


def record(learner: Any) -> None:
    """Let actors' optimisers write down what they are given."""
    learner.optimisers = {agent: Recorder(learner.model.parameters(agent)) for agent in learner.agents}


def given(learner: Any, agent: str) -> NDArray[np.float64]:
    """The sum of what an agent's recorder was given, (states, actions); 0 where it was given nothing."""
    zero = np.zeros(tuple(learner.model.logits[agent].shape))
    return np.sum([zero, *learner.optimisers[agent].seen], axis=0)


def set_policy(model: TabularTeam, thetas: Mapping[str, Sequence[float]]) -> None:
    """Let the chance of action 0 in each state be sigmoid(theta): the logits are (theta, 0)."""
    with torch.no_grad():
        for agent, theta in thetas.items():
            model.logits[agent].copy_(torch.stack([torch.tensor(theta), torch.zeros(len(theta))], 1))


def deals(draws: int) -> list[tuple[int, ...]]:
    """All ways to draw one of two actions so many times."""
    return list(product((0, 1), repeat=draws))


def expected_return(model: TabularTeam, table: Mapping[tuple[str, ...], float]) -> float:
    """What the policies of state 0 earn in a matrix game."""
    chances = [model.logits[agent][0].softmax(0).tolist() for agent in model.agents]
    value = 0.0
    for picks in product(range(len(model.actions)), repeat=len(model.agents)):
        chance = float(np.prod([own[pick] for own, pick in zip(chances, picks)]))
        value += chance * table[tuple(model.actions[pick] for pick in picks)]
    return value


def snapshot(model: TabularTeam) -> dict[str, NDArray[np.float32]]:
    """A copy of all tables."""
    return {agent: logits.detach().numpy().copy() for agent, logits in model.logits.items()}


def hand_made(kind: Any, turns: int = 3, **options: Any) -> Any:
    """A learner of a game in which turn t pays t if both play alike; an agent's state is the turn, counted from 0."""
    game = Game(
        lambda played: float(played[-1]["a_0"] == played[-1]["a_1"]) * len(played),
        turns=turns,
        state=turns_played,
    )
    model = team(turns + 1)
    return kind(game, model, CoLLMConfig(**{"episodes": 4, "actor_lr": 0.1, "critic_lr": 0.1, "critic_warmup": 0, **options}))


def lessons(learner: Any) -> list[Lesson]:
    """All that a learner's critics learn from."""
    return [lesson for batch in learner.replay for each in batch.values() for lesson in each]
