"""The prompts of the writing tasks. Edit them here; nothing else depends on their wording."""

from __future__ import annotations

import math

from collm_envs.core.task import Score
from collm_envs.writing.lexicon import CONNECTIVES
from collm_envs.writing.reward import Band, Constants

FEEDBACK_MODES = {
    "score": "the reward of the previous turn and what each gate measured",
    "none": "nothing",
}

TLDR = (
    "Write a concise summary of the post below.",
    "Write a detailed summary of the post below.",
)
TLDR_HINTS = (
    ("Stay with what matters most: one sentence to a few.", "Keep to the facts and be informative."),
    ("Use a richer vocabulary, with more different words.", "Use some transition words, so that the text flows."),
)
ARXIV = (
    "Expand the abstract below into the part of an introduction that gives background and motivation.",
    "Expand the abstract below into the part of an introduction that gives method and implications.",
)
ARXIV_HINTS = (
    ("Another writer covers method and implications.", "Keep to background and motivation.", "Do not repeat the other part."),
    ("Another writer covers background and motivation.", "Keep to method and implications.", "Do not repeat the other part."),
)


def opening(request: str, heading: str, text: str, points: tuple[str, ...]) -> str:
    """Task and role of one writer."""
    return "\n".join([request, "", f"{heading}:", text, "", *(f"- {point}" for point in points)])


def targets(constants: Constants, agent: int) -> tuple[str, ...]:
    """The numbers that the gates ask for, as seen by one writer."""
    low, high = constants.words
    me, other = ("your text", "the other writer's") if agent else ("the other writer's text", "yours")
    shared = f"Share at least {constants.overlap:.0%} of the content words with the other text: keep to the source's own terms."
    points = [
        f"Write {low} to {high} words.",
        f"In characters, {me} should be {_span(constants.length)} times as long as {other}.",
        f"In different words, {me} should have {_span(constants.vocabulary)} times as many as {other}.",
        shared,
    ]
    if agent or constants.both:
        kinds = ", ".join(name.replace("_", " and ") for name in CONNECTIVES)
        points.append(f"Use transition words of as many kinds as you can: {kinds}.")
    return tuple(points)


def _span(band: Band) -> str:
    if math.isinf(band.best_high):
        return f"at least {band.best_low:g}"
    return f"{band.best_low:g} to {band.best_high:g}"


def review(score: Score, constants: Constants) -> str:
    """What both writers hear about the previous turn."""
    metrics = score.metrics
    low, high = constants.words
    worth = ", ".join(f"{name} {value:.3f}" for name, value in score.terms.items())
    lines = [f"Reward of the previous turn: {score.total:.4f} ({worth})."]
    if not score.terms["structure"]:
        lines.append(f"At least one text did not have {low} to {high} words.")
    lines += [
        f"Length ratio {metrics['length_ratio']:.2f} (wanted {_span(constants.length)}), "
        f"vocabulary ratio {metrics['vocabulary_ratio']:.2f} (wanted {_span(constants.vocabulary)}).",
        f"Kinds of transition words: {metrics['transition_categories']} of {len(CONNECTIVES)}. "
        f"Shared content words: {metrics['jaccard']:.1%} (wanted {constants.overlap:.0%}).",
    ]
    return "\n".join(lines)
