"""All checks at once: as one function, and as a class of tests."""

from __future__ import annotations

from typing import Any

from collm_envs.testing import checks, hostile
from collm_envs.testing.checks import Check
from collm_envs.testing.episodes import Factory, Policy, Settings
from collm_envs.testing.processes import check_processes
from collm_envs.testing.rendering import check_render_ansi, check_render_rgb_array
from collm_envs.testing.verdicts import ConformanceError, NotApplicable

CHECKS: dict[str, Check] = {
    "agents": checks.check_agents,
    "spaces": checks.check_spaces,
    "observations": checks.check_observations,
    "rewards": checks.check_rewards,
    "terms": checks.check_terms,
    "transcript": checks.check_transcript,
    "infos": checks.check_infos,
    "endings": checks.check_endings,
    "horizon": checks.check_horizon,
    "order": checks.check_order,
    "determinism": checks.check_determinism,
    "forgetting": checks.check_forgetting,
    "global_random": checks.check_global_random,
    "processes": check_processes,
    "deepcopy": checks.check_deepcopy,
    "pickle": checks.check_pickle,
    "instances": checks.check_instances,
    "returned_dicts": checks.check_returned_dicts,
    "hostile": hostile.check_hostile,
    "bad_actions": hostile.check_bad_actions,
    "reset_options": hostile.check_reset_options,
    "render_ansi": check_render_ansi,
    "render_rgb_array": check_render_rgb_array,
}
"""Every check by name, in the order in which they run."""


class Ran(list[str]):
    """Names of the checks that ran; ``skipped`` has the reasons of the others."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped: dict[str, str] = {}


def check_text_env(
    make_env: Factory,
    *,
    episodes: int = 3,
    seed: int = 0,
    shared_reward: bool = True,
    together: bool = True,
    cross_process: bool | None = None,
    policy: Policy | None = None,
    hostile_texts: tuple[str, ...] = (),
    max_turns: int = 200,
) -> Ran:
    """Run every check on the environments that ``make_env`` makes.

    Args:
        make_env: makes a fresh environment at every call. The modes of ``render`` are looked at if it takes ``render_mode``.
        episodes, seed, shared_reward, together, cross_process, policy, hostile_texts, max_turns: see
            :class:`~collm_envs.testing.episodes.Settings`.

    Returns:
        The names of the checks that ran; its attribute ``skipped`` has the others with the reason of each.

    Raises:
        ConformanceError: by the first check that fails; the message begins with the check's name.
    """
    how = Settings(episodes, seed, shared_reward, together, cross_process, policy, hostile_texts, max_turns)
    ran = Ran()
    for name, check in CHECKS.items():
        try:
            check(make_env, how)
        except NotApplicable as reason:
            ran.skipped[name] = str(reason)
        except ConformanceError as error:
            raise ConformanceError(f"[{name}] {error}") from error
        else:
            ran.append(name)
    return ran


class TextEnvConformance:
    """Base of a test class with one test per check; a check that does not apply is skipped with its reason.

    A subclass sets ``make_env``, a method or a static method, and may set any attribute of
    :class:`~collm_envs.testing.episodes.Settings` that ``settings`` reads.
    """

    make_env: Any
    episodes: int = 3
    seed: int = 0
    shared_reward: bool = True
    together: bool = True
    cross_process: bool | None = None
    policy: Any = None
    hostile_texts: tuple[str, ...] = ()
    max_turns: int = 200

    @property
    def settings(self) -> Settings:
        """The attributes of the class as :class:`~collm_envs.testing.episodes.Settings`."""
        return Settings(**{name: getattr(self, name) for name in Settings.__dataclass_fields__})


def _as_test(name: str, check: Check) -> Any:
    def test(self: TextEnvConformance) -> None:
        check(self.make_env, self.settings)

    test.__name__ = f"test_{name}"
    test.__qualname__ = f"{TextEnvConformance.__qualname__}.{test.__name__}"
    test.__doc__ = check.__doc__
    return test


for _name, _check in CHECKS.items():
    setattr(TextEnvConformance, f"test_{_name}", _as_test(_name, _check))
