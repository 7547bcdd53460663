"""Many environments in step: their backends work at once, where each by itself would wait for its own.

from collm_envs import tldr_v0
from collm_envs.core.vector import VectorEnv

envs = VectorEnv([tldr_v0.parallel_env() for _ in range(64)])
observations, infos = envs.reset(seed=0)
while envs.running:
    actions = [my_team(prompts) if prompts else None for prompts in observations]
    observations, rewards, terminations, truncations, infos = envs.step(actions)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collm_envs.core.checks import whole
from collm_envs.core.env import LARGEST_SEED, CollabEnv, Infos, Step

Steps = tuple[
    list[dict[str, str]], list[dict[str, float]], list[dict[str, bool]], list[dict[str, bool]], list[dict[str, dict[str, Any]]]
]


class VectorEnv:
    """Environments that are reset and stepped together; lists are in their order.

    An environment whose episode is over waits, with empty dicts, until it is reset.

    Args:
        envs: the environments, or functions that make them; tasks and options may differ.
    """

    def __init__(self, envs: Sequence[CollabEnv | Callable[[], CollabEnv]]) -> None:
        self.envs = [env if isinstance(env, CollabEnv) else env() for env in envs]

    def __len__(self) -> int:
        return len(self.envs)

    @property
    def running(self) -> list[int]:
        """Which environments have an episode under way."""
        return [number for number, env in enumerate(self.envs) if env.agents]

    def reset(
        self,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | Sequence[Mapping[str, Any] | None] | None = None,
    ) -> tuple[list[dict[str, str]], list[Infos]]:
        """Reset all environments.

        Args:
            seed: one for each, or the first one's: environment i then has ``seed + i``.
            options: for all alike, or one for each.

        Raises:
            ValueError: if there are more or fewer than one for each; else as :meth:`CollabEnv.reset`.
        """
        first = None if isinstance(seed, Sequence) or seed is None else whole("seed", seed, 0, LARGEST_SEED)
        seeds = seed if isinstance(seed, Sequence) else [None if first is None else first + i for i in range(len(self))]
        each = [options] * len(self) if options is None or isinstance(options, Mapping) else options
        self._check("seeds", seeds)
        self._check("options", each)
        results = [env.reset(seed=s, options=o) for env, s, o in zip(self.envs, seeds, each)]
        return [observations for observations, _ in results], [infos for _, infos in results]

    def step(self, actions: Sequence[Mapping[str, str] | None]) -> Steps:
        """Step every running environment: first all begin, then all are waited for.

        Args:
            actions: one joint action for each environment; what stands for one that is not running is ignored.

        Raises:
            ValueError, TypeError: as :meth:`CollabEnv.step`; then no environment has been stepped.
            RuntimeError: if none is running.
        """
        self._check("actions", actions)
        running = self.running
        if not running:
            raise RuntimeError("no episode is running: call reset() before step()")
        for number in running:
            self.envs[number].check_actions(actions[number] or {})
        results: list[Step] = [({}, {}, {}, {}, {})] * len(self)
        try:
            for number in running:
                self.envs[number].step_async(actions[number] or {})
            for number in running:
                results[number] = self.envs[number].step_wait()
        except BaseException:  # Ctrl-C, say: those that were not waited for can be stepped again.
            for number in running:
                self.envs[number].step_cancel()
            raise
        observations, rewards, terminations, truncations, infos = (list(column) for column in zip(*results))
        return observations, rewards, terminations, truncations, infos

    def close(self) -> None:
        """Close all environments."""
        for env in self.envs:
            env.close()

    def _check(self, what: str, given: Sequence[Any]) -> None:
        if len(given) != len(self):
            raise ValueError(f"{what} must be one for each of the {len(self)} environments, got {len(given)}")
