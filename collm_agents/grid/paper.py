"""Figures of Table 1 of arXiv:2601.21972, as far as they could be had: at second hand, not held against the paper itself.

Time in seconds; cost in tokens, most likely of an agent; everything else in percent. What is missing here could not be had.
"""

from __future__ import annotations

from collections.abc import Mapping

_WRITING = ("seconds", "speaker_tokens", "score")
_STRBUILD = ("seconds", "speaker_tokens", "adjacent_same_ratio", "iou")

_FIGURES: Mapping[str, tuple[tuple[str, ...], Mapping[str, tuple[float, ...]]]] = {
    "tldr": (
        _WRITING,
        {
            "raw": (5.0, 465, 30.3),
            "grpo": (4.1, 387, 91.7),
            "ac": (4.0, 374, 94.7),
            "parallel": (2.3, 244, 22.7),
            "pipeline": (4.3, 238, 21.7),
            "discussion": (4.6, 234, 22.3),
            "magrpo": (1.8, 178, 93.5),
            "collm-dc": (1.9, 194, 95.4),
            "collm-cc": (1.8, 181, 95.2),
        },
    ),
    "arxiv": (
        _WRITING,
        {
            "raw": (5.1, 472, 44.0),
            "grpo": (4.2, 398, 91.0),
            "ac": (4.3, 392, 95.3),
            "parallel": (2.3, 246, 49.0),
            "pipeline": (3.9, 203, 57.0),
            "discussion": (4.8, 251, 54.3),
            "magrpo": (2.0, 201, 93.1),
            "collm-dc": (2.0, 196, 94.1),
            "collm-cc": (1.9, 188, 95.0),
        },
    ),
    "coophe": (("pass_rate",), {"collm-cc": (75.2,)}),
    "strbuild": (
        _STRBUILD,
        {
            "raw": (10.6, 427, 0.9, 36.6),
            "grpo": (10.3, 411, 0.4, 46.1),
            "ac": (10.3, 413, 0.4, 49.8),
            "parallel": (9.4, 232, 15.7, 5.9),
            "pipeline": (9.8, 246, 12.9, 18.7),
            "discussion": (10.3, 236, 16.2, 6.5),
            "magrpo": (9.4, 226, 13.3, 50.6),
            "collm-dc": (9.3, 182, 7.6, 44.6),
            "collm-cc": (9.5, 239, 7.3, 68.5),
        },
    ),
    "housebuild": (("iou",), {"raw": (43.2,), "grpo": (54.6,), "collm-cc": (52.7,)}),
}


def figure(task: str, row: str, column: str) -> float | None:
    """The paper's figure; None for one that could not be had."""
    names, rows = _FIGURES.get(task, ((), {}))
    return rows[row][names.index(column)] if row in rows and column in names else None
