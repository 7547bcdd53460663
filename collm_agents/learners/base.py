"""What all learners share: play episodes, let the learner say what each response was worth, take a step for every agent.

One iteration is

    collect        episodes of the present team, all their agents in one batch per turn
    learn          (each learner's own) responses with advantages and weights
    improve        ascent on   sum of  weight * advantage * log pi(response)   for every agent at once

Decentralised agents share nothing in the last step but the advantage: each has its own parameters and its own optimiser.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from time import perf_counter
from typing import Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np
import torch

from collm_agents import distributed
from collm_agents.collect import Collector, JointReward, Plan
from collm_agents.learners.measures import Averages, played
from collm_agents.models.base import Response, Sampling, TeamModel, generator
from collm_agents.returns import finite, k3, number, share
from collm_agents.rollouts import Node
from collm_envs.core.checks import one_of, whole
from collm_envs.core.task import BackendLost

Metrics = dict[str, float]

_SHUFFLE = 2


@dataclass(frozen=True, kw_only=True)
class LearnerConfig:
    """Settings of every learner.

    Attributes:
        seed: all chance of a run follows from it.
        iterations: how many rounds of collecting and learning, 1 and up.
        episodes: instances per iteration, 1 and up.
        actor_lr: step size of each agent's AdamW (betas 0.9, 0.999; no weight decay), > 0.
        gamma: discount per turn, in [0, 1]; tokens are never discounted.
        max_new_tokens: longest completion.
        temperature: completions are drawn and scored at it.
        grad_clip: largest norm of an agent's, or a critic's, gradient; > 0.
        minibatches: optimiser steps that an iteration's responses are dealt out to, 1 and up.
        epochs: times each response is used, 1 and up.
        clip: how far a token's probability ratio may move from 1 before its gradient stops (arXiv:1707.06347, eq. 7); used only
            where an iteration takes several steps, for in the first the ratio is 1.
        kl_coef: subtracted from an agent's rewards, times an estimate (k3) of its divergence from where it began; 0 is off.
        entropy_coef: weight of the mean entropy of a response's tokens; 0 is off.
        reward_scale, reward_shift: learners see ``scale * reward + shift``.
        stop_above: an episode stops after a joint reward, as learners see it, above this; None lets the task decide alone.
        joint_reward: what to make of unequal rewards of the agents; ``same`` does not allow them.
        micro_tokens: tokens, padding included, per forward and backward pass, 1 and up; changes memory and speed, not results.
    """

    seed: int = 0
    iterations: int = 100
    episodes: int = 8
    actor_lr: float = 3e-5
    gamma: float = 1.0
    max_new_tokens: int = 256
    temperature: float = 1.0
    grad_clip: float = 1.0
    minibatches: int = 1
    epochs: int = 1
    clip: float = 0.2
    kl_coef: float = 0.0
    entropy_coef: float = 0.0
    reward_scale: float = 1.0
    reward_shift: float = 0.0
    stop_above: float | None = None
    joint_reward: JointReward = "same"
    micro_tokens: int = 4096

    def __post_init__(self) -> None:
        for name in ("iterations", "episodes", "minibatches", "epochs", "micro_tokens"):
            whole(name, getattr(self, name), 1, 1_000_000_000)
        whole("seed", self.seed, 0, 2**63 - 1)
        share("gamma", self.gamma)
        for name in ("actor_lr", "grad_clip", "clip", "reward_scale"):
            positive(name, getattr(self, name))
        for name in ("kl_coef", "entropy_coef"):
            number(name, getattr(self, name))
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0 or more, got {getattr(self, name)}")
        finite("reward_shift", self.reward_shift)
        finite("stop_above", 0.0 if self.stop_above is None else self.stop_above)
        one_of("joint_reward", self.joint_reward, get_args(JointReward))
        _ = self.sampling

    @property
    def sampling(self) -> Sampling:
        """How completions are drawn in training: never with part of the distribution cut off, for that is not scored."""
        return Sampling(self.temperature, self.max_new_tokens)

    def plan(self, samples: int = 1, joint: Literal["aligned", "cross", "trajectory"] = "trajectory") -> Plan:
        """The shape of rollouts."""
        return Plan(samples, joint, self.stop_above, self.reward_scale, self.reward_shift)


class Sample(NamedTuple):
    """A response and what a learner makes of it: ``weight`` sums to 1 over an agent's samples if no episode ends early."""

    response: Response
    advantage: float
    weight: float


class Learner(ABC):
    """A learner at work on one environment with one team.

    Args:
        env: a PettingZoo parallel environment with text observations and actions; see :class:`~collm_agents.collect.Collector`.
        model: the team; what the learner changes.
        config: settings.
        options: for ``env.reset``: ``{"split": "train"}``.

    Attributes:
        iteration: iterations done.
        joint_rewards, responses, tokens: joint actions rewarded, completions and tokens sampled so far.
        horizon: most turns of an episode; None if the environment does not say (PettingZoo's ``max_cycles``).
    """

    name: ClassVar[str]
    config_class: ClassVar[type[LearnerConfig]] = LearnerConfig
    config: LearnerConfig

    def __init__(self, env: Any, model: TeamModel, config: LearnerConfig, options: Mapping[str, Any] | None = None) -> None:
        if not isinstance(getattr(self, "name", None), str):
            raise TypeError(f'{type(self).__name__} needs a name: name = "..." in the class, which runs are told apart by')
        if not isinstance(config, self.config_class):
            raise TypeError(f"{type(self).__name__} takes a {self.config_class.__name__}, got {type(config).__name__}")
        self.config = config
        self.model = model
        self.agents = tuple(env.possible_agents)
        self.horizon: int | None = getattr(env, "max_cycles", None)
        self.collector = Collector(env, model, config.seed, config.joint_reward, options)
        self.optimisers = {agent: adam(model.parameters(agent), config.actor_lr) for agent in self.agents}
        self.iteration = self.joint_rewards = self.responses = self.tokens = 0

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """The shape of an iteration's rollouts."""

    @abstractmethod
    def learn(self, roots: Sequence[Node]) -> Metrics:
        """Learn from an iteration's episodes; returns what is to be known of it, finite numbers by name."""

    def iterate(self) -> Metrics:
        """One iteration.

        Returns:
            Its metrics; the README of ``benchmarks/learning`` and ``metrics.jsonl`` have the same names.

        Raises:
            FloatingPointError: where a gradient is not finite; nobody has taken that step then.
            BackendLost: if no episode of the iteration could be scored.
        """
        start = perf_counter()
        episodes = distributed.share(range(self.config.episodes))
        mine = self.collector.collect(self.iteration, episodes, self.plan, self.config.sampling)
        roots = sorted(distributed.gather(mine), key=lambda root: root.episode)
        if not roots:
            raise BackendLost(f"the backend of all {self.config.episodes} episodes was lost")
        collected = perf_counter()
        metrics = played(roots, self.config.gamma)
        self.joint_rewards += int(metrics["joint_rewards"])
        self.responses += int(metrics["responses"])
        self.tokens += int(metrics["tokens"])
        metrics.update(lost_episodes=self.config.episodes - len(roots), **_checked(self.learn(roots)))
        self.iteration += 1
        metrics.update(
            iteration=self.iteration,
            total_joint_rewards=self.joint_rewards,
            total_responses=self.responses,
            total_tokens=self.tokens,
            seconds_collecting=collected - start,
            seconds_learning=perf_counter() - collected,
        )
        return metrics

    # -- the actors' step ---------------------------------------------------------------------------------------------

    def improve(self, samples: Sequence[Sample]) -> Metrics:
        """Raise the log-probability of responses by their advantages, for all agents.

        Responses whose advantage is 0 cost nothing, and if all are 0 nothing moves: optimisers would go on by momentum.

        Returns:
            ``dead_share``, of responses whose advantage is 0; ``grad_norm``, ``clip_share``, ``entropy`` where there is one.
            Without samples nothing.
        """
        if not samples:
            return {}
        averages = Averages()
        averages.add("dead_share", float(np.mean([not sample.advantage for sample in samples])))
        by_agent = {agent: [sample for sample in samples if sample.response.agent == agent] for agent in self.agents}
        for epoch in range(self.config.epochs):
            dealt = [self._deal(own, epoch, number) for number, own in enumerate(by_agent.values())]
            for parts in zip(*dealt):
                self._step([sample for part in parts for sample in part], averages)
        return averages.means()

    def _deal(self, samples: Sequence[Sample], epoch: int, number: int) -> list[list[Sample]]:
        """An agent's samples, shuffled and dealt out to the minibatches, each of which stands for all: weights grow with that."""
        order = generator(self.config.seed, (_SHUFFLE, self.iteration, epoch, number)).permutation(len(samples))
        parts = [[samples[place] for place in part] for part in np.array_split(order, self.config.minibatches)]
        return [[sample._replace(weight=sample.weight * len(samples) / len(part)) for sample in part] for part in parts]

    def _step(self, samples: Sequence[Sample], averages: Averages) -> None:
        """One optimiser step of every agent that has something to learn."""
        live = [sample for sample in samples if sample.advantage or self.config.entropy_coef]
        if not live:
            return
        # Neighbours of one agent and of like length waste least in a batch, and a prompt that several answer is read once.
        live.sort(key=lambda sample: _alike(sample.response))
        mine = distributed.share(live)
        for part in packed([_length(sample.response) for sample in mine], self.config.micro_tokens):
            self._loss([mine[place] for place in part], averages).backward()  # type: ignore[no-untyped-call]
        learning = {sample.response.agent for sample in live}
        for norm in step({agent: self.optimisers[agent] for agent in self.agents if agent in learning}, self.config.grad_clip):
            averages.add("grad_norm", norm)

    def _loss(self, samples: Sequence[Sample], averages: Averages) -> torch.Tensor:
        config = self.config
        responses = [sample.response for sample in samples]
        scores = self.model.score(responses, config.temperature, entropy=config.entropy_coef > 0)
        weigh = scores.log_probs.new_tensor
        advantage = weigh([sample.advantage for sample in samples])[scores.row]
        weight = weigh([sample.weight for sample in samples])[scores.row]
        if config.epochs == config.minibatches == 1:
            gain = advantage * scores.log_probs
        else:
            before = weigh(np.concatenate([response.log_probs for response in responses]))
            ratio = (scores.log_probs - before).exp()
            gain = torch.minimum(ratio * advantage, ratio.clamp(1 - config.clip, 1 + config.clip) * advantage)
            averages.part("clip_share", float(((ratio - 1).abs() > config.clip).sum()), len(ratio))
        loss = -(weight * gain).sum()
        if scores.entropies is not None:
            length = weigh([float(len(response.ids)) for response in responses])[scores.row]
            loss = loss - config.entropy_coef * (weight * scores.entropies / length).sum()
            averages.part("entropy", float(scores.entropies.detach().sum()), len(scores.row))
        return loss

    def penalties(self, responses: Sequence[Response]) -> list[float]:
        """What each response costs its agent for having moved away from the start: ``kl_coef`` times k3 summed over its tokens."""
        if not self.config.kl_coef:
            return [0.0] * len(responses)
        mine, found = distributed.share(responses), []
        for places in packed([_length(response) for response in mine], self.config.micro_tokens):
            part = [mine[place] for place in places]
            reference = self.model.reference(part, self.config.temperature).log_probs.double().cpu().numpy()
            ends = np.cumsum([len(response.ids) for response in part])[:-1]
            pairs = zip(np.split(reference, ends), part)
            found += [self.config.kl_coef * float(k3(base - response.log_probs).sum()) for base, response in pairs]
        return distributed.gather(found)

    # -- going on later -----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All that the next iteration depends on; :meth:`load_state` goes on from it to the bit. Chance is counted, not stored."""
        return {
            "counts": [self.iteration, self.joint_rewards, self.responses, self.tokens],
            "actors": {agent: self.model.state(agent) for agent in self.agents},
            "optimisers": optimiser_states(self.optimisers),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state` gave."""
        self.iteration, self.joint_rewards, self.responses, self.tokens = state["counts"]
        for agent in self.agents:
            self.model.load_state(agent, state["actors"][agent])
            # What is loaded must not be shared with the state, nor with others that load it.
            self.optimisers[agent].load_state_dict(deepcopy(state["optimisers"][agent]))


def packed(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Neighbours in batches of at most ``most`` tokens, counted as if all were as long as the longest; each has one at least.

    Args:
        lengths: of each, in tokens.
        most: tokens of a batch.
    """
    batches: list[list[int]] = []
    longest = 0
    for place, length in enumerate(lengths):
        longest = max(longest, length)
        if not batches or longest * (len(batches[-1]) + 1) > most:
            batches.append([])
            longest = length
        batches[-1].append(place)
    return batches


def _length(response: Response) -> int:
    return len(response.prompt_ids) + len(response.ids)


def _alike(response: Response) -> tuple[str, int, bytes, int]:
    return response.agent, len(response.prompt_ids), response.prompt_ids.tobytes(), len(response.ids)


def adam(parameters: Iterable[torch.nn.Parameter], lr: float) -> torch.optim.AdamW:
    """The optimiser of an actor or a critic. Its parameters must be float32: in bfloat16 most small steps round to none."""
    trained = list(parameters)
    if any(parameter.dtype != torch.float32 for parameter in trained):
        raise TypeError("trained parameters must be float32")
    return torch.optim.AdamW(trained, lr=lr, weight_decay=0.0)


def optimiser_states(optimisers: Mapping[str, torch.optim.Optimizer]) -> dict[str, Any]:
    """Copies on the CPU of what optimisers remember, which would else go on changing with them."""
    # Of whole models it is twice their size: a GPU that they fill has no room for a copy.
    return {name: _on_cpu(optimiser.state_dict()) for name, optimiser in optimisers.items()}


def _on_cpu(state: Any) -> Any:
    if isinstance(state, torch.Tensor):
        return state.detach().to("cpu", copy=True)
    if isinstance(state, dict):
        return {key: _on_cpu(value) for key, value in state.items()}
    return [_on_cpu(value) for value in state] if isinstance(state, list) else deepcopy(state)


def step(optimisers: Mapping[str, torch.optim.Optimizer], clip: float) -> list[float]:
    """Sum the gradients of all processes, clip those of each optimiser, step all and clear.

    Returns:
        The norm of each one's gradient before clipping.

    Raises:
        FloatingPointError: if one is not finite; all parameters are left as they were.
    """
    norms = []
    for optimiser in optimisers.values():
        parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
        distributed.add_gradients(parameters)
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, clip)))
    broken = [name for name, norm in zip(optimisers, norms) if not np.isfinite(norm)]
    for optimiser in optimisers.values():
        if not broken:
            optimiser.step()
        optimiser.zero_grad()
    if broken:
        raise FloatingPointError(f"the gradient of {broken[0]} is not finite")
    return norms


def _checked(metrics: Metrics) -> Metrics:
    """What a learner tells of an iteration, as files can hold it."""
    if not isinstance(metrics, Mapping):
        raise TypeError(f"learn must return its metrics, a name and a number each, got {metrics!r}")
    return {name: float(finite(f"the metric {name}", value)) for name, value in metrics.items()}


def positive(name: str, value: float) -> None:
    """ValueError naming ``name`` unless ``value`` is finite and above 0; TypeError where it is no number."""
    number(name, value)
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be above 0, got {value}")
