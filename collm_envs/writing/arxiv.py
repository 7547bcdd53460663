"""arXiv: two writers expand an abstract into an introduction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from collm_envs.core.checks import one_of
from collm_envs.core.taskset import Hub, Taskset
from collm_envs.writing import abstracts, prompts, reward
from collm_envs.writing.pair import WritingTask
from collm_envs.writing.reward import Constants
from collm_envs.writing.source import Source, parse

TASKS: Taskset[Source] = Taskset(
    "arxiv", parse, abstracts.generate, hub=Hub("OpenMLRL/arXiv_abstract", lambda row: {"text": row["abstract_text"]})
)

_WINDOWS = {"released": reward.ARXIV, "aaai26": reward.ARXIV_AAAI26}


@dataclass(frozen=True, kw_only=True)
class ArXiv(WritingTask):
    """The task with its options; see :mod:`collm_envs.arxiv_v0` for the rules.

    Fields (besides those of :class:`~collm_envs.writing.pair.WritingTask`):
        length_window: the length ratio's best window: [1.3, 1.6] (``released``) or the older [1.0, 1.3] (``aaai26``).
    """

    name: ClassVar[str] = "arxiv"
    title: ClassVar[str] = "ArXiv"
    summary: ClassVar[str] = "expand an abstract into an introduction, one writer for each half"
    heading: ClassVar[str] = "Abstract"
    requests: ClassVar[tuple[str, str]] = prompts.ARXIV
    hints: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]] = prompts.ARXIV_HINTS

    length_window: Literal["released", "aaai26"] = "released"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("length_window", self.length_window, _WINDOWS)

    @property
    def tasks(self) -> Taskset[Source]:
        return TASKS

    @property
    def constants(self) -> Constants:
        return _WINDOWS[self.length_window]

    @property
    def roles(self) -> tuple[str, ...]:
        return ("background and motivation", "method and implications")


PAPER: dict[str, Any] = {"matching": "substring", "show_targets": False, "answer_last": True}
