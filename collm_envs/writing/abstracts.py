"""Seeded generator of scientific abstracts on invented studies: background, gap, method, results, meaning (the arXiv task)."""

from __future__ import annotations

import random

from collm_envs.writing.grammar import compose, load

LENGTHS = {"easy": (100, 140), "medium": (140, 200), "hard": (200, 280)}


def generate(rng: random.Random, difficulty: str) -> dict[str, str]:
    """One abstract as {"text": abstract}; difficulty "easy", "medium" or "hard" sets its length."""
    shared, frames = load("abstracts")
    _, body = compose(rng, rng.choice(frames), shared, *LENGTHS[difficulty])
    return {"text": body}
