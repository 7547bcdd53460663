"""Actor-critic on whole responses: a critic says what a history is worth, and a response is as good as what follows it is better.

    A_t = r_t + gamma V(h_{t+1}) - V(h_t)                  with gae_lambda = 0 (arXiv:2601.21972); any lambda in between
    target_t = r_t + gamma V(h_{t+1})                      with target_lambda = 0; the Monte Carlo return with 1

Which histories there are is all in which CoLLM-CC and CoLLM-DC differ.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np
import torch

from collm_agents import distributed
from collm_agents.collect import Plan
from collm_agents.history import HistoryBuilder, Mode
from collm_agents.learners.base import Learner, LearnerConfig, Metrics, Sample, adam, optimiser_states, packed, positive, step
from collm_agents.learners.measures import Averages
from collm_agents.models.base import Critic, History, TeamModel, generator
from collm_agents.returns import Flags, Floats, advantages, lambda_returns, processed, share, standardise
from collm_agents.rollouts import Node, Trajectory, history, table, trajectories
from collm_envs.core.checks import one_of, whole

Normalise = Literal["batch", "turn", "none"]

_FIT = 3


@dataclass(frozen=True, kw_only=True)
class CoLLMConfig(LearnerConfig):
    """Settings of CoLLM-CC and CoLLM-DC.

    Attributes:
        critic_lr: step size of each critic's AdamW, > 0.
        gae_lambda: of the advantage, in [0, 1]; the paper's is 0.
        target_lambda: of what critics regress on, in [0, 1]; the paper's is 0, with which a critic hardly learns where only the end
            of a long episode pays.
        normalise_advantages: over the ``batch``, over each ``turn`` of it, or not at all (``none``); per agent.
        history, history_turns: what a critic reads, see :class:`~collm_agents.history.HistoryBuilder`.
        replay: critics learn from the episodes of this many iterations, 1 and up.
        critic_steps: optimiser steps of each critic per iteration, 1 and up.
        critic_batch: trajectories in each of them; 0 takes all there are.
        critic_warmup: iterations at the start in which only critics learn, 0 and up.
        warmup_steps: steps of each critic in each of these.
        normalise_returns: critics work in units of the spread of recent returns around their mean.
        value_clip: how far a value may move from what it was at collection before its gradient stops; None is off.
        samples: trajectories per instance, K; more than 1 only for episodes of one turn.
    """

    critic_lr: float = 1e-4
    gae_lambda: float = 0.95
    target_lambda: float = 1.0
    normalise_advantages: Normalise = "batch"
    history: Mode = "full"
    history_turns: int = 4
    replay: int = 8
    critic_steps: int = 6
    critic_batch: int = 16
    critic_warmup: int = 4
    warmup_steps: int = 15
    normalise_returns: bool = True
    value_clip: float | None = None
    samples: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("critic_lr", self.critic_lr)
        share("gae_lambda", self.gae_lambda)
        share("target_lambda", self.target_lambda)
        one_of("normalise_advantages", self.normalise_advantages, get_args(Normalise))
        for name, least in (("replay", 1), ("critic_steps", 1), ("critic_batch", 0), ("critic_warmup", 0), ("warmup_steps", 1)):
            whole(name, getattr(self, name), least, 1_000_000)
        whole("samples", self.samples, 1, 10_000)
        if self.value_clip is not None:
            positive("value_clip", self.value_clip)
        _ = self.builder

    @property
    def builder(self) -> HistoryBuilder:
        """How histories are made, the same for all critics."""
        return HistoryBuilder(self.history, self.history_turns)


class Lesson(NamedTuple):
    """What a critic is to learn of one trajectory: targets and, as it saw them when it was played, values; one for each turn."""

    history: History
    targets: list[float]
    values: list[float]


class Values(NamedTuple):
    """A critic's view of trajectories: (E, T) values of the turns played, (E,) of what follows a trajectory that was cut."""

    histories: list[History]
    turns: Floats
    last: Floats


class ActorCritic(Learner):
    """The part that CoLLM-CC and CoLLM-DC share."""

    config_class: ClassVar[type[LearnerConfig]] = CoLLMConfig
    config: CoLLMConfig

    def __init__(self, env: Any, model: TeamModel, config: CoLLMConfig, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(env, model, config, options)
        if config.samples > 1 and self.horizon != 1:
            raise ValueError(f"samples={config.samples} needs episodes of one turn, but there are {self.horizon or 'perhaps more'}")
        self.views = self.make_views()
        self.critics: dict[str, Critic] = {name: model.make_critic(name) for name in self.views}
        self.critic_optimisers = {name: adam(critic.parameters(), config.critic_lr) for name, critic in self.critics.items()}
        self.replay: list[dict[str, list[Lesson]]] = []

    @abstractmethod
    def make_views(self) -> dict[str, tuple[str, ...]]:
        """The critics: by name the agents that each serves, whose observations and answers make its history."""

    @property
    def plan(self) -> Plan:
        return self.config.plan(self.config.samples)

    def learn(self, roots: Sequence[Node]) -> Metrics:
        config, paths = self.config, trajectories(roots)
        raw, mask, terminated = table(paths)
        reward = processed(raw, config.reward_scale, config.reward_shift)
        there = {agent: _present(paths, agent, mask.shape) for agent in self.agents}
        rewards = {agent: np.where(mask, reward - self._divergence(paths, agent, there[agent]), 0.0) for agent in self.agents}

        samples: list[Sample] = []
        lessons, averages = {}, Averages()
        for name, agents in self.views.items():
            seen = self._read(name, paths)
            # With a price on divergence agents are paid differently, and a critic of several learns their mean.
            paid = np.mean([rewards[agent] for agent in agents], axis=0)
            targets = lambda_returns(paid, seen.turns, seen.last, terminated, config.gamma, config.target_lambda, mask)
            for agent in agents:
                if not there[agent].any():
                    continue
                advantage = advantages(rewards[agent], seen.turns, seen.last, terminated, config.gamma, config.gae_lambda, mask)
                averages.add("advantage_std", float(advantage[there[agent]].std()))
                samples += self._samples(agent, paths, self._normalised(advantage, there[agent]), there[agent])
            averages.add("value", float(seen.turns[mask].mean()))
            averages.add("explained_variance", explained_variance(seen.turns[mask], targets[mask]))
            rows = zip(seen.histories, targets.tolist(), seen.turns.tolist(), paths)
            # A cut trajectory's history goes on after its last turn; what follows has no target.
            lessons[name] = [Lesson(h[: len(path)], t[: len(path)], v[: len(path)]) for h, t, v, path in rows]

        self.replay = [*self.replay, lessons][-config.replay :]
        warming = self.iteration < config.critic_warmup
        metrics = {} if warming else self.improve(samples)
        for number, name in enumerate(self.views):
            self._fit(number, name, config.warmup_steps if warming else config.critic_steps, averages)
        return {**averages.means(), **metrics}

    def _divergence(self, paths: Sequence[Trajectory], agent: str, there: Flags) -> Floats:
        """What an agent's responses cost it for having moved away from the start, (E, T)."""
        cost = np.zeros(there.shape)
        cost[there] = self.penalties([paths[row][turn].response(agent) for row, turn in np.argwhere(there)])
        return cost

    def _normalised(self, advantage: Floats, there: Flags) -> Floats:
        how = self.config.normalise_advantages
        return advantage if how == "none" else standardise(advantage, there, axis=0 if how == "turn" else None)

    def _samples(self, agent: str, paths: Sequence[Trajectory], advantage: Floats, there: Flags) -> list[Sample]:
        """An agent's responses, all of one weight."""
        responses = [paths[row][turn].response(agent) for row, turn in np.argwhere(there)]
        # As many as there would be if no episode ended early: how many there are depends on the answers, and would bias the mean.
        weight = 1 / (len(paths) * (self.horizon or there.shape[1]))
        return [Sample(response, float(worth), weight) for response, worth in zip(responses, advantage[there])]

    # -- critics ------------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> dict[str, tuple[float, float]]:
        """The mean and spread of each critic's recent targets, in whose units it works; 0 and 1 before there are any."""
        if not self.config.normalise_returns or not self.replay:
            return dict.fromkeys(self.views, (0.0, 1.0))
        recent = {name: [t for batch in self.replay for lesson in batch[name] for t in lesson.targets] for name in self.views}
        # A spread of nothing must not blow up the last digits of equal returns.
        return {name: (float(np.mean(each)), max(float(np.std(each)), 0.01)) for name, each in recent.items()}

    def _read(self, name: str, paths: Sequence[Trajectory]) -> Values:
        """A critic's values before it learns of these trajectories."""
        builder, (mean, spread) = self.config.builder, self.scale[name]
        histories = [history(path, self.views[name], builder) for path in paths]
        asked = distributed.share(histories)
        values: dict[History, torch.Tensor] = {}
        with torch.no_grad():
            for part in self._parts(name, asked):
                values.update(zip(part, self.critics[name].values(part, builder.window)))
        found = distributed.gather([(mean + spread * values[each].double()).cpu().numpy() for each in asked])
        turns = np.zeros((len(paths), max(map(len, paths))))
        last = np.zeros(len(paths))
        for row, (path, each) in enumerate(zip(paths, found)):
            turns[row, : len(path)] = each[: len(path)]
            last[row] = each[-1] if len(each) > len(path) else 0.0
        return Values(histories, turns, last)

    def _fit(self, number: int, name: str, steps: int, averages: Averages) -> None:
        """Regress a critic on its recent lessons."""
        config = self.config
        pool = [lesson for batch in self.replay for lesson in batch[name]]
        mean, spread = self.scale[name]
        for now in range(steps):
            order = generator(config.seed, (_FIT, self.iteration, number, now)).permutation(len(pool))
            chosen = [pool[place] for place in order[: config.critic_batch or None]]
            turns = sum(len(lesson.targets) for lesson in chosen)
            mine = distributed.share(chosen)
            by_history: dict[History, list[Lesson]] = defaultdict(list)
            for lesson in mine:
                by_history[lesson.history].append(lesson)
            for part in self._parts(name, by_history):
                lessons = [lesson for each in part for lesson in by_history[each]]
                loss = self._regression(name, lessons, mean, spread)
                (loss / turns).backward()  # type: ignore[no-untyped-call]
                averages.part("critic_loss", float(loss.detach()), sum(len(lesson.targets) for lesson in lessons))
            [norm] = step({f"critic {name}": self.critic_optimisers[name]}, config.grad_clip)
            averages.add("critic_grad_norm", norm)

    def _parts(self, name: str, histories: Iterable[History]) -> list[list[History]]:
        """The different histories among these by what fits into a pass, the longest first."""
        critic, window = self.critics[name], self.config.builder.window
        sizes = {each: critic.length(each, window) for each in dict.fromkeys(histories)}
        order = sorted(sizes, key=lambda each: (-sizes[each], each))
        return [[order[place] for place in part] for part in packed([sizes[each] for each in order], self.config.micro_tokens)]

    def _regression(self, name: str, lessons: Sequence[Lesson], mean: float, spread: float) -> torch.Tensor:
        """The sum of squared errors over all turns, in units of the critic's scale."""
        values = torch.cat(self.critics[name].values([lesson.history for lesson in lessons], self.config.builder.window))
        target = (values.new_tensor([t for lesson in lessons for t in lesson.targets]) - mean) / spread
        error = (target - values) ** 2
        if self.config.value_clip is None:
            return error.sum()
        before = (values.new_tensor([v for lesson in lessons for v in lesson.values]) - mean) / spread
        reach = self.config.value_clip / spread
        held = torch.clamp(values, before - reach, before + reach)
        return torch.maximum(error, (target - held) ** 2).sum()

    # -- going on later -----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        replay = [{name: [list(lesson) for lesson in each] for name, each in batch.items()} for batch in self.replay]
        return {
            **super().state(),
            "critics": {name: critic.state() for name, critic in self.critics.items()},
            "critic_optimisers": optimiser_states(self.critic_optimisers),
            "replay": replay,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        super().load_state(state)
        for name in self.views:
            self.critics[name].load_state(state["critics"][name])
            self.critic_optimisers[name].load_state_dict(deepcopy(state["critic_optimisers"][name]))
        self.replay = [
            {name: [Lesson(tuple(seen), targets, values) for seen, targets, values in each] for name, each in batch.items()}
            for batch in state["replay"]
        ]


def _present(paths: Sequence[Trajectory], agent: str, shape: tuple[int, ...]) -> Flags:
    """The turns in which an agent answered, (E, T): some leave before the end."""
    there = np.zeros(shape, dtype=np.bool_)
    for row, path in enumerate(paths):
        there[row, : len(path)] = [agent in one.branch.picks for one in path]
    return there


def explained_variance(values: Floats, targets: Floats) -> float:
    """The share of the targets' variance that the values account for: at most 1; 0 where targets do not vary."""
    spread = float(targets.var())
    return 1 - float((targets - values).var()) / spread if spread > 0 else 0.0
