"""The Monte Carlo family: K responses of a node are judged by each other, without any critic.

    R = r + gamma * mean of the returns of the node it grew          A = R - mean of the group  (MAGRPO, arXiv:2508.04652)

MA-REINFORCE, RLOO and ReMax are the same learner with another baseline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np

from collm_agents.collect import Plan
from collm_agents.groups import Baseline, Joint, cross_returns, group_advantage, n_call, tree_returns
from collm_agents.learners.base import Learner, LearnerConfig, Metrics, Sample
from collm_agents.models.base import Response, TeamModel
from collm_agents.returns import Floats, processed, standardise
from collm_agents.rollouts import Node, nodes, parents
from collm_envs.core.checks import one_of, whole

Group = Literal["node", "batch"]
Normalise = Literal["none", "group", "batch"]

_MOST_LEAVES = 10_000


@dataclass(frozen=True, kw_only=True)
class MAGRPOConfig(LearnerConfig):
    """Settings of the Monte Carlo family.

    Attributes:
        samples: K, completions per agent and node; 2 and up, or 1 where the group is the ``batch``.
        joint: ``aligned``, ``cross`` or ``trajectory``, see :class:`~collm_agents.collect.Plan`.
        baseline: what a return is compared with, see :func:`~collm_agents.groups.group_advantage`.
        group: whom a response is compared with: the others of its ``node`` (in ``trajectory`` form, those of the same turn of the
            same episode), or all of that turn in the ``batch``.
        normalise_advantages: ``none``; over each ``group``, which makes all baselines one (K = 2 then keeps only signs); or over
            the ``batch``, per agent.
        discount_turns: weigh turn t by gamma^t, as the gradient of the discounted return does.
    """

    samples: int = 4
    joint: Joint = "aligned"
    baseline: Baseline = "mean"
    group: Group = "node"
    normalise_advantages: Normalise = "none"
    discount_turns: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("samples", self.samples, 1, 10_000)
        one_of("joint", self.joint, get_args(Joint))
        one_of("baseline", self.baseline, get_args(Baseline))
        one_of("group", self.group, get_args(Group))
        one_of("normalise_advantages", self.normalise_advantages, get_args(Normalise))
        compared = self.samples if self.group == "node" else self.samples * self.episodes
        alone = self.baseline == "raw" and self.normalise_advantages != "group"
        if compared < 2 and not alone:
            raise ValueError(
                f"baseline {self.baseline!r} compares 2 samples or more, got {compared}: "
                "choose more samples, or group='batch' with several episodes"
            )


class Answer(NamedTuple):
    """A response with its return, where it stands, and its share in the mean over its turn."""

    response: Response
    value: float
    group: tuple[int, ...]
    turn: int
    weight: float


class MAGRPO(Learner):
    """Multi-agent GRPO and, by ``baseline``, its kin."""

    name: ClassVar[str] = "magrpo"
    config_class: ClassVar[type[LearnerConfig]] = MAGRPOConfig
    config: MAGRPOConfig

    def __init__(self, env: Any, model: TeamModel, config: MAGRPOConfig, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(env, model, config, options)
        turns = self.horizon
        if turns and config.joint != "trajectory":
            # Checked before a tree of that size is begun: it grows by a factor with every turn.
            leaves = n_call(len(self.agents), config.samples, min(turns, 64), config.joint).leaves
            if leaves > _MOST_LEAVES:
                raise ValueError(
                    f"a tree of {turns} turns with samples={config.samples} has {leaves:,} leaves, more than {_MOST_LEAVES:,}: "
                    "choose joint='trajectory', fewer samples or fewer turns"
                )

    @property
    def plan(self) -> Plan:
        return self.config.plan(self.config.samples, self.config.joint)

    def learn(self, roots: Sequence[Node]) -> Metrics:
        config, samples = self.config, []
        answers = self._answers(roots)
        prices = self.penalties([answer.response for answer in answers])
        answers = [answer._replace(value=answer.value - price) for answer, price in zip(answers, prices)]
        for agent in self.agents:
            own = [answer for answer in answers if answer.response.agent == agent]
            advantage = self._advantages(own)
            if config.normalise_advantages == "batch":
                advantage = standardise(advantage)
            samples += [Sample(answer.response, float(worth), answer.weight) for answer, worth in zip(own, advantage)]
        spread = float(np.std([sample.advantage for sample in samples]))
        return {"advantage_std": spread, **self.improve(samples)}

    def _answers(self, roots: Sequence[Node]) -> list[Answer]:
        """Every response of every node with its return."""
        config, levels = self.config, nodes(roots)
        raw = [np.array([[branch.reward for branch in node.branches] for node in level]) for level in levels]
        rewards = [processed(level, config.reward_scale, config.reward_shift) for level in raw]
        returns = tree_returns(rewards, config.gamma, [parents(level) for level in levels[:-1]])
        found = []
        # All turns weigh the same, however many nodes they have: else the last ones of a tree would drown the first. They are
        # counted as if no branch stopped early: how many there really are depends on the answers, and would bias the mean.
        turns, full = self.horizon or len(levels), len(roots)
        for level, rows in zip(levels, returns):
            for node, row in zip(level, rows):
                each = self._each(row, len(node.responses))
                turn = node.turn - 1
                weight = (config.gamma**turn if config.discount_turns else 1.0) / (turns * full * each.shape[-1])
                path = () if config.joint == "trajectory" else node.path
                group: tuple[int, ...] = (turn,) if config.group == "batch" else (turn, node.episode, *path)
                for own, values in zip(node.responses.values(), each):
                    found += [Answer(response, float(value), group, turn, weight) for response, value in zip(own, values)]
            full *= rows.shape[1]
        return found

    def _each(self, row: Floats, agents: int) -> Floats:
        """A node's returns by agent and sample, (agents, K)."""
        return cross_returns(row, agents) if self.config.joint == "cross" else np.tile(row, (agents, 1))

    def _advantages(self, answers: Sequence[Answer]) -> Floats:
        """One agent's advantages; a response that has none to be compared with says nothing."""
        config, groups = self.config, defaultdict(list)
        for place, answer in enumerate(answers):
            groups[answer.group].append(place)
        advantage = np.zeros(len(answers))
        for places in groups.values():
            if len(places) > 1 or config.baseline == "raw":
                values = [answers[place].value for place in places]
                normalise = config.normalise_advantages == "group" and len(places) > 1
                advantage[places] = group_advantage(values, config.baseline, normalise)
        return advantage
