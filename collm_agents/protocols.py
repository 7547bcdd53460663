"""How a team answers once: who is asked what, in which order, and what each has seen of the others by then.

A protocol is a function of all members' prompts and of ``ask``, which puts prompts to the members *at the same time* and
returns what they said. So the time of an answer needs no further rule: calls of ``ask`` follow one another and add up, within a
call the slowest counts.

| protocol | calls | what a member sees besides its own prompt |
|---|---|---|
| ``single`` | 1 | one model sees all prompts and answers for everybody |
| ``parallel`` | 1 | nothing |
| ``pipeline`` | one for each member | what those before it have just said |
| ``discussion`` | one for each round | from round 2 on, what all said in the round before |

They are the baselines of arXiv:2601.21972 that need no training; the paper's prompts are not known, and these words are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collm_envs.core.spaces import MAX_ACTION
from collm_envs.wrappers.single_agent import SoloEnv, join, split

TEAM = SoloEnv.AGENT
"""Who speaks where one model answers for everybody."""

PROTOCOLS = ("single", "parallel", "pipeline", "discussion")
ROUNDS = 2
"""Of a discussion, unless asked otherwise."""

Ask = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Puts a prompt to each of some members, all at once; returns what each said."""

Answers = dict[str, str]


def single(observations: Mapping[str, str], ask: Ask, joint: Callable[[Mapping[str, str]], str]) -> Answers:
    """One completion holds all parts.

    Args:
        observations: the prompt of each member.
        ask: asked once, for :data:`TEAM`.
        joint: makes one prompt of all; :meth:`collm_envs.wrappers.single_agent.SingleAgentEnv.prompt`.
    """
    return split(ask({TEAM: joint(observations)})[TEAM], list(observations))


def parallel(observations: Mapping[str, str], ask: Ask) -> Answers:
    """All answer at once, and none sees another's answer."""
    return {member: _cut(text) for member, text in ask(observations).items()}


def pipeline(observations: Mapping[str, str], ask: Ask) -> Answers:
    """One after the other, in order; each sees the answers of those before it."""
    said: Answers = {}
    for member, prompt in observations.items():
        said[member] = _cut(ask({member: after_others(prompt, said)})[member])
    return said


def discussion(observations: Mapping[str, str], ask: Ask, rounds: int = ROUNDS) -> Answers:
    """All answer at once; then, ``rounds - 1`` times, each sees all answers of the round before and answers anew.

    Raises:
        ValueError: for fewer than two rounds.
    """
    if rounds < 2:
        raise ValueError(f"a discussion has 2 rounds or more, got {rounds}; one round is the protocol parallel")
    said = parallel(observations, ask)
    for _ in range(rounds - 1):
        said = parallel({member: having_heard(prompt, member, said) for member, prompt in observations.items()}, ask)
    return said


def after_others(prompt: str, said: Mapping[str, str]) -> str:
    """A member's prompt in a pipeline, with what those before it said; the first one's is as it was."""
    if not said:
        return prompt
    return (
        f"{prompt}\n\n"
        "You are not the first to answer this turn. What your team mates have settled on, word for word:\n\n"
        f"{join(said)}\n\n"
        "Their part stands as it is. Give your own answer now, so that it fits theirs; do not repeat their part."
    )


def having_heard(prompt: str, member: str, said: Mapping[str, str]) -> str:
    """A member's prompt in a later round of a discussion, with its own last answer and the others'."""
    others = {name: text for name, text in said.items() if name != member}
    heard = f"Drafts of your team mates:\n\n{join(others)}\n\n" if others else ""
    return (
        f"{prompt}\n\n"
        f"Your team is still making up its mind. Your own draft was:\n\n{join({member: said[member]})}\n\n"
        f"{heard}"
        "All drafts may change now, at the same time. Give your whole answer anew, better and in keeping with the others."
    )


def _cut(text: str) -> str:
    # No more of an answer than the environment reads is shown to others.
    return text[:MAX_ACTION]
