"""The protocols between learners and models: a team samples and scores responses, a critic values histories.

Chance is counted, not streamed: every sample has a key, and its random numbers follow from the seed and that key alone. What is
sampled then depends neither on what else is in the batch nor on how many processes share the work, and a run that is resumed
needs no generator's state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Key = tuple[int, ...]
"""What a sample's random numbers follow from besides the seed: iteration, episode, turn, agent, branch of each turn before."""

History = tuple[str, ...]
"""What a critic reads of an episode, a segment for each turn; the value of a turn is that of all segments up to its own."""


@dataclass(frozen=True)
class Sampling:
    """How completions are drawn.

    Attributes:
        temperature: > 0; responses are scored at the same one.
        max_new_tokens: longest completion, its end token included, 1 and up.
        top_p: keep the likeliest tokens that hold this share; 1 keeps all. Training needs 1: what is cut off is not scored.
        greedy: take the likeliest token; for evaluation.
    """

    temperature: float = 1.0
    max_new_tokens: int = 256
    top_p: float = 1.0
    greedy: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise ValueError(f"temperature must be above 0, got {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], got {self.top_p}")
        if self.max_new_tokens < 1:
            raise ValueError(f"max_new_tokens must be 1 or more, got {self.max_new_tokens}")


class Prompt(NamedTuple):
    """What one agent is asked.

    Attributes:
        agent: who.
        text: the observation.
        key: sample k of this prompt draws its numbers from ``(*key, k)``.
    """

    agent: str
    text: str
    key: Key


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """One completion as it was sampled; nothing is ever tokenised again.

    Attributes:
        agent: whose.
        prompt_ids: int64 (P,), the prompt as the model read it, template included; P >= 1.
        ids: int64 (L,), the tokens sampled, the end token included if there was one; L >= 1.
        log_probs: float32 (L,), of each of them at the sampling temperature, when it was sampled.
        text: the action, special tokens left out.
        ended: whether the model ended it; False means that it was cut at ``max_new_tokens``.
    """

    agent: str
    prompt_ids: NDArray[np.int64]
    ids: NDArray[np.int64]
    log_probs: NDArray[np.float32]
    text: str
    ended: bool


class Scores(NamedTuple):
    """Responses as the model sees them now, token by token, packed one after the other: M tokens in all.

    Attributes:
        log_probs: (M,) float32, log-probability of each response token at the sampling temperature.
        entropies: (M,), of the distribution it was drawn from; None unless asked for.
        row: (M,) int64, which response a token belongs to.
    """

    log_probs: torch.Tensor
    entropies: torch.Tensor | None
    row: torch.Tensor


class Critic(Protocol):
    """Values of histories, in units of the processed return. A critic that has never been updated says 0."""

    def values(self, histories: Sequence[History], window: int | None) -> list[torch.Tensor]:
        """The value of each turn of each history: tensors of shape (turns,), through which gradients flow.

        Args:
            histories: one at least, each of one segment per turn, at least one.
            window: how many of the newest segments a value may depend on; None for all, in one forward pass per history.
        """

    def length(self, history: History, window: int | None) -> int:
        """How many tokens :meth:`values` reads for a history."""

    def parameters(self) -> list[torch.nn.Parameter]:
        """All that is trained, in float32."""

    def state(self) -> dict[str, torch.Tensor]:
        """A copy of all that is trained, by name; :meth:`load_state` takes it back."""

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None: ...

    def save(self, folder: Path) -> None:
        """Write the critic as files that can be loaded without this project's learners."""


class TeamModel(Protocol):
    """The policies of all agents, and on demand critics over the same base.

    Attributes:
        agents: names, in order.
    """

    @property
    def agents(self) -> tuple[str, ...]: ...

    def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
        """``samples`` completions of each prompt, any agents' prompts in one batch. No gradients."""

    def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
        """The responses under the agents' present policies, with gradients to their parameters and to nothing else."""

    def reference(self, responses: Sequence[Response], temperature: float) -> Scores:
        """The responses under what all agents were before training. No gradients."""

    def parameters(self, agent: str) -> list[torch.nn.Parameter]:
        """All that is trained of one agent, in float32."""

    def make_critic(self, name: str) -> Critic:
        """A new critic; ``name`` is the agent it serves, or ``team``."""

    def state(self, agent: str) -> dict[str, torch.Tensor]:
        """A copy of all that is trained of one agent, by name; :meth:`load_state` takes it back."""

    def load_state(self, agent: str, state: Mapping[str, torch.Tensor]) -> None: ...

    def save(self, agent: str, folder: Path) -> None:
        """Write one agent as a folder that runs alone, without the others and without any critic."""


def generator(seed: int, key: Key) -> np.random.Generator:
    """The random numbers of a key; keys that differ are independent."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy=seed, spawn_key=key)))


def uniforms(seed: int, key: Key, count: int) -> NDArray[np.float64]:
    """``count`` numbers in [0, 1), the same wherever and in whatever order they are asked for."""
    return generator(seed, key).random(count)


def by_response(tokens: Any, row: Any, count: int) -> Any:
    """Sums of a token tensor (M,) over the tokens of each response: (count,)."""
    return tokens.new_zeros(count).index_add(0, row, tokens)
