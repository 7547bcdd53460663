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
        critic: whether it learns values.
        solo: whether one agent answers for the whole team, on :class:`~collm_envs.wrappers.single_agent.SoloEnv`.
        fixed: settings that may not be changed, for they are what the name says.
    """

    name: str
    place: str
    critic: bool
    solo: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def learner(self) -> type[Learner]:
        """The learner's class; imports torch."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(f"collm_agents.learners.{module}"), name)  # type: ignore[no-any-return]

    @property
    def config(self) -> type[LearnerConfig]:
        """Its config's class; imports torch."""
        return self.learner.config_class


METHODS = {
    method.name: method
    for method in (
        Method("collm-cc", "collm_cc:CoLLMCC", critic=True),
        Method("collm-dc", "collm_dc:CoLLMDC", critic=True),
        Method("magrpo", "magrpo:MAGRPO", critic=False, fixed={"baseline": "mean"}),
        Method("ma-reinforce", "magrpo:MAGRPO", critic=False, fixed={"baseline": "raw"}),
        Method("rloo", "magrpo:MAGRPO", critic=False, fixed={"baseline": "rloo"}),
        Method("remax", "magrpo:MAGRPO", critic=False, fixed={"baseline": "max"}),
        Method("grpo", "single:GRPO", critic=False, solo=True, fixed={"baseline": "mean"}),
        Method("ac", "single:AC", critic=True, solo=True),
    )
}
"""By name, in the order of listings."""


def find_method(name: str) -> Method:
    """The method of a name; raises ValueError naming the choices."""
    method: Method = METHODS[one_of("method", name, METHODS)]
    return method
