"""TLDR: two writers summarise a post, one in short and one in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from collm_envs.core.taskset import Hub, Taskset
from collm_envs.writing import posts, prompts, reward
from collm_envs.writing.pair import WritingTask
from collm_envs.writing.reward import Constants
from collm_envs.writing.source import Source, parse

TASKS: Taskset[Source] = Taskset("tldr", parse, posts.generate, hub=Hub("trl-lib/tldr", lambda row: {"text": row["prompt"]}))


@dataclass(frozen=True, kw_only=True)
class TLDR(WritingTask):
    """The task with its options; see :mod:`collm_envs.tldr_v0` for the rules."""

    name: ClassVar[str] = "tldr"
    title: ClassVar[str] = "TLDR"
    summary: ClassVar[str] = "summarise a post, one writer in short and one in full"
    heading: ClassVar[str] = "Post"
    requests: ClassVar[tuple[str, str]] = prompts.TLDR
    hints: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]] = prompts.TLDR_HINTS

    @property
    def tasks(self) -> Taskset[Source]:
        return TASKS

    @property
    def constants(self) -> Constants:
        return reward.TLDR

    @property
    def roles(self) -> tuple[str, ...]:
        return ("concise summary", "detailed summary")


PAPER: dict[str, Any] = {"matching": "substring", "show_targets": False, "answer_last": True}
