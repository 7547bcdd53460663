"""Seeded generator of forum posts: everyday problems told in the first person (the TLDR task)."""

from __future__ import annotations

import random

from collm_envs.writing.grammar import compose, load

# Words of a whole post, title included. A tiny one has none.
LENGTHS = {"tiny": (18, 23), "easy": (60, 110), "medium": (110, 190), "hard": (190, 320)}


def generate(rng: random.Random, difficulty: str) -> dict[str, str]:
    """One forum post as {"text": post}; difficulty "tiny", "easy", "medium" or "hard" sets its length.

    Tiny ones have frames of their own, which share a small vocabulary.
    """
    shared, frames = load("tiny_posts" if difficulty == "tiny" else "posts")
    low, high = LENGTHS[difficulty]
    if difficulty == "tiny":
        return {"text": compose(rng, rng.choice(frames), shared, low, high)[1]}
    title, body = compose(rng, rng.choice(frames), shared, low, high - 1)  # the mark "Title:" is a word as well
    return {"text": f"Title: {title}\n\n{body}"}
