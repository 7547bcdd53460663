"""The learners by the names that ``--method`` takes. Knows where each is, and loads none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from collm_envs.core.checks import one_of

if TYPE_CHECKING:
    from collm_agents.learners.base import Learner, LearnerConfig


@dataclass(frozen=True)
class Method:
    """A learner and what makes it this method.

    Attributes:
        name: what ``--method`` takes.
        place: module and class of the learner.
        settings: module and class of its config.
        critic: whether it learns values.
        solo: whether one agent answers for the whole team, on :class:`~collm_envs.wrappers.single_agent.SoloEnv`.
        fixed: settings that may not be changed, for they are what the name says.
    """

    name: str
    place: str
    settings: str
    critic: bool
    solo: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def learner(self) -> type[Learner]:
        """The learner's class; imports torch."""
        return _named(self.place)  # type: ignore[no-any-return]

    @property
    def config(self) -> type[LearnerConfig]:
        """Its config's class; imports torch."""
        return _named(self.settings)  # type: ignore[no-any-return]


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"collm_agents.learners.{module}"), name)


_CRITIC, _GROUP = "actor_critic:CoLLMConfig", "magrpo:MAGRPOConfig"

METHODS = {
    method.name: method
    for method in (
        Method("collm-cc", "collm_cc:CoLLMCC", _CRITIC, critic=True),
        Method("collm-dc", "collm_dc:CoLLMDC", _CRITIC, critic=True),
        Method("magrpo", "magrpo:MAGRPO", _GROUP, critic=False, fixed={"baseline": "mean"}),
        Method("ma-reinforce", "magrpo:MAGRPO", _GROUP, critic=False, fixed={"baseline": "raw"}),
        Method("rloo", "magrpo:MAGRPO", _GROUP, critic=False, fixed={"baseline": "rloo"}),
        Method("remax", "magrpo:MAGRPO", _GROUP, critic=False, fixed={"baseline": "max"}),
        Method("grpo", "single:GRPO", _GROUP, critic=False, solo=True, fixed={"baseline": "mean"}),
        Method("ac", "single:AC", _CRITIC, critic=True, solo=True),
    )
}
"""By name, in the order of listings."""


def find_method(name: str) -> Method:
    """The method of a name; raises ValueError naming the choices."""
    method: Method = METHODS[one_of("method", name, METHODS)]
    return method
