"""Seeded generator of scientific abstracts on invented studies: background, gap, method, results, meaning (the arXiv task)."""

from __future__ import annotations

import random

from collm_envs.writing.grammar import compose, load

LENGTHS = {"tiny": (11, 17), "easy": (100, 140), "medium": (140, 200), "hard": (200, 280)}


def generate(rng: random.Random, difficulty: str) -> dict[str, str]:
    """One abstract as {"text": abstract}; difficulty "tiny", "easy", "medium" or "hard" sets its length.

    Tiny ones have frames of their own, which share a small vocabulary.
    """
    shared, frames = load("tiny_abstracts" if difficulty == "tiny" else "abstracts")
    _, body = compose(rng, rng.choice(frames), shared, *LENGTHS[difficulty])
    return {"text": body}
