"""What both sides of ``benchmarks/learners_speed.py`` share: the work, the task's callables, the meters.

Each side imports it in an interpreter of its own; here is nothing of either library. Linux only: memory is read in ``/proc``.
"""

from __future__ import annotations

import json
import string
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from collm_envs import strbuild_v0

WORDS = string.ascii_uppercase
TOY_OPTIONS = {"report": False, "feedback": "none"}
"""What the suite's own toy of StrBuild is taught to read."""


@dataclass(frozen=True)
class Work:
    """What one process is to do, the same for both sides.

    Attributes:
        method: ``magrpo`` or ``cc``.
        folder: of the model.
        toy: whether it is the suite's own toy, which is told less.
        horizon: turns per episode.
        samples: completions per agent and node; 1 for ``cc``.
        items: episodes, or trees, that are timed.
        warmup: the same before, untimed.
        batch: items per iteration where a library takes several.
        tokens: length of every completion.
        buffer: nodes or turns per update where a library says it so; 0 for its default.
        tuned: ours with its own defaults instead of the reference's settings.
        lora: rank of our adapters; 0 trains whole models as the peer does.
        words: how many different words there are, 1 to 26. Where they repeat in a batch, whoever reads equal prompts once gains.
        micro: tokens per forward and backward pass of ours; 0 for our default.
        rows: responses that we sample at a time; 0 for our default.
    """

    method: str
    folder: str
    toy: bool = False
    horizon: int = 1
    samples: int = 4
    items: int = 52
    warmup: int = 26
    batch: int = 26
    tokens: int = 64
    buffer: int = 0
    tuned: bool = False
    lora: int = 32
    words: int = 26
    micro: int = 0
    rows: int = 0

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_arguments(cls) -> Work:
        """The work named on the command line."""
        return cls(**json.loads(sys.argv[1]))

    @property
    def options(self) -> dict[str, Any]:
        """Of the task."""
        return TOY_OPTIONS if self.toy else {}

    def deck(self) -> Iterator[str]:
        """One-letter words in turn, without end."""
        return cycle(WORDS[: self.words])


class Stage:
    """StrBuild for libraries that want callables; every call is played in a fresh copy of the environment."""

    def __init__(self, horizon: int, options: Mapping[str, Any] | None = None) -> None:
        self._env = strbuild_v0.parallel_env(max_cycles=horizon, **(options or {}))
        self.agents = list(self._env.possible_agents)
        self._begun: dict[str, tuple[Any, list[str]]] = {}

    def prompts(self, word: str) -> list[str]:
        """The first prompt of each agent."""
        return self._begin(word)[1]

    def reward(self, word: str, joint: Sequence[str]) -> float:
        """The reward of a joint action. In StrBuild it depends on the turn alone."""
        env = self._begin(word)[0].fork()
        _, rewards, *_ = env.step(dict(zip(self.agents, joint)))
        return float(rewards[self.agents[0]])

    def following(self, word: str, responses: Sequence[Sequence[str]]) -> list[str]:
        """The prompt of each agent after the turns played: ``responses`` has a list for each agent."""
        env, observations = self._begin(word)[0].fork(), {}
        for joint in zip(*responses):
            observations, *_ = env.step(dict(zip(self.agents, joint)))
        return [observations[agent] for agent in self.agents]

    def _begin(self, word: str) -> tuple[Any, list[str]]:
        if word not in self._begun:
            env = self._env.fork()
            observations, _ = env.reset(seed=0, options={"task": {"text": word}})
            self._begun[word] = env, [observations[agent] for agent in self.agents]
        return self._begun[word]


@dataclass
class Meter:
    """What was generated and rewarded, counted from outside, and how long, in wall and processor time, and in how much memory."""

    tokens: int = 0
    rewards: int = 0
    generating: float = 0.0
    generating_cpu: float = 0.0
    wall: float = 0.0
    cpu: float = 0.0
    rss: dict[str, float] = field(default_factory=dict)
    total: float = 0.0

    def around(self, generate: Callable[..., Any], count: Callable[..., int]) -> Callable[..., Any]:
        """``generate`` with its time, and the tokens that ``count`` finds in result and arguments, added up."""

        def metered(*args: Any, **kwargs: Any) -> Any:
            start, cpu = perf_counter(), process_time()
            result = generate(*args, **kwargs)
            self.generating += perf_counter() - start
            self.generating_cpu += process_time() - cpu
            self.tokens += count(result, *args, **kwargs)
            return result

        return metered

    def rewarded(self, reward: float) -> float:
        """Count a reward, and sum rewards up."""
        self.rewards += 1
        self.total += reward
        return reward

    def mark(self, name: str) -> None:
        """Note resident memory, now and at most so far, in MiB."""
        # Not getrusage: its maximum is inherited from the process that started this one.
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        self.rss |= {name: int(status["VmRSS"].split()[0]) / 1024, "peak": int(status["VmHWM"].split()[0]) / 1024}

    def timed(self, work: Callable[[], Any]) -> None:
        """Do the work that counts, and print what was found as one line of JSON."""
        self.tokens = self.rewards = 0
        self.generating = self.generating_cpu = self.total = 0.0
        wall, cpu = perf_counter(), process_time()
        work()
        self.wall, self.cpu = perf_counter() - wall, process_time() - cpu
        self.mark("after")
        print(json.dumps({**asdict(self), "mean_reward": self.total / max(self.rewards, 1)}))


def settle() -> None:
    """One thread; and load all that torch and transformers load late, so that memory before training is all imports."""
    import torch
    from transformers.models.qwen3.modeling_qwen3 import Qwen3ForCausalLM  # noqa: F401

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    weight = torch.nn.Parameter(torch.ones(4, 4))
    optimiser = torch.optim.AdamW([weight])
    (weight @ weight).sum().backward()  # type: ignore[no-untyped-call]
    optimiser.step()
