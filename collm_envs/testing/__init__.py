"""A conformance suite for PettingZoo parallel environments whose observations and actions are text.

PettingZoo's own tests sample random numbers, compare the first step only, and mostly warn. These play whole episodes and fail.

    from collm_envs.testing import check_text_env

    ran = check_text_env(my_package.parallel_env)     # raises ConformanceError at the first defect
    ran, ran.skipped                                  # names of the checks that ran; the others, with reasons

or, under pytest, one test per check:

    from collm_envs.testing import TextEnvConformance

    class TestMyEnv(TextEnvConformance):
        make_env = staticmethod(my_package.parallel_env)
        shared_reward = False                         # the options of check_text_env are attributes

With ``policy`` (``policy(env, agent, observation) -> str``) the checks play sensible actions instead of random text. The check
in other processes needs a ``make_env`` that can be pickled by name: a function of a module, a ``functools.partial`` of
one, an instance of a module's class; others skip it, or fail it with ``cross_process=True``.
"""

from collm_envs.testing.checks import Check
from collm_envs.testing.episodes import Settings
from collm_envs.testing.hostile import HOSTILE_TEXTS
from collm_envs.testing.suite import CHECKS, Ran, TextEnvConformance, check_text_env
from collm_envs.testing.verdicts import ConformanceError, NotApplicable

__all__ = [
    "CHECKS",
    "HOSTILE_TEXTS",
    "Check",
    "ConformanceError",
    "NotApplicable",
    "Ran",
    "Settings",
    "TextEnvConformance",
    "check_text_env",
]
