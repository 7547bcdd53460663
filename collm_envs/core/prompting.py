"""How a turn's prompt is put together from a task's own texts, and how foreign text is quoted."""

from __future__ import annotations

import re

from collm_envs.core.spaces import MAX_OBSERVATION

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Room for headings and the request, and for two marks of a cut.
_FRAME = 600
_CUT = "\n[cut: too long for the prompt]"
_SURROGATE = re.compile("[\ud800-\udfff]")


def quotable(text: str) -> str:
    """``text`` without lone surrogates, which no encoder and no tokenizer accepts."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def printable(text: str) -> str:
    """``text`` safe for a terminal: no control characters but tab and newline, none that turn the direction of writing, no
    lone surrogates."""
    return _CONTROL.sub("\ufffd", quotable(text))


def first(opening: str, horizon: int, situation: str = "") -> str:
    """The prompt of turn 1."""
    closing = f"This is turn 1 of {horizon}." if horizon > 1 else ""
    return "\n\n".join([opening, *filter(None, (situation, closing))])


def following(
    opening: str,
    answer: str,
    feedback: str,
    turn: int,
    horizon: int,
    request: str,
    answer_last: bool = False,
    situation: str = "",
) -> str:
    """The prompt of a later turn; self-contained, so that a policy without memory can act on it.

    The task comes first, then what was, then what is (``situation``), and the request last; ``answer_last=True`` is the
    reference's order, in which the agent's own previous answer closes the prompt. What does not fit the observation space
    is cut from the answer, then from the feedback, never from the rest.
    """
    room = MAX_OBSERVATION - len(opening) - len(situation) - _FRAME
    feedback = _fitted(feedback, room)
    before = f"Your answer in turn {turn - 1}:\n{_fitted(quotable(answer), room - len(feedback))}"
    feedback, situation = (text and f"{text}\n\n" for text in (feedback, situation))
    if answer_last:
        return f"This is turn {turn} of {horizon}.\n\n{situation}{feedback}{opening}\n\n{before}"
    return f"{opening}\n\n{before}\n\n{feedback}{situation}This is turn {turn} of {horizon}. {request}"


def _fitted(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(0, room - len(_CUT))] + _CUT


def last(turns: int, reward: float) -> str:
    """The observation after the last turn."""
    return f"The episode is over after {turns} turn{'s' * (turns != 1)}. Reward of the last turn: {reward:.4f}."


def cut_off(turn: int, reason: str) -> str:
    """The observation after a turn that could not be scored."""
    return f"The episode was cut off in turn {turn}, which could not be scored: {quotable(reason)[:_FRAME]}"


def tagged(turn: int, agent: str, kind: str, text: str) -> str:
    """One entry of the joint history."""
    return f'<{kind} turn="{turn}" agent="{agent}">\n{quotable(text)}\n</{kind}>'
