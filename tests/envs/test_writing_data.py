"""The writing tasks' data: word tables, and the seeded generators of posts and abstracts."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from collm_envs.core.taskset import ALL_DIFFICULTIES
from collm_envs.writing import abstracts, posts, reward
from collm_envs.writing.grammar import article, compose, load, parse
from collm_envs.writing.lexicon import CONNECTIVES, STOPWORDS
from collm_envs.writing.source import Source
from collm_envs.writing.words import words_of

CATEGORIES = {
    "elaboration", "examples", "explanation", "cause_effect", "contrast", "sequence",
    "emphasis", "summary", "comparison", "concession", "condition", "time",
}  # fmt: skip
SEEDS = 300
Generate = Callable[[random.Random, str], dict[str, str]]
GENERATORS: dict[str, tuple[Generate, dict[str, tuple[int, int]]]] = {
    "posts": (posts.generate, {"tiny": (18, 23), "easy": (60, 110), "medium": (110, 190), "hard": (190, 320)}),
    "abstracts": (abstracts.generate, {"tiny": (11, 17), "easy": (100, 140), "medium": (140, 200), "hard": (200, 280)}),
}
CASES = [(name, difficulty) for name in GENERATORS for difficulty in ALL_DIFFICULTIES]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def sample(request: pytest.FixtureRequest) -> tuple[list[str], tuple[int, int]]:
    """The texts of 300 seeds and the word range they must keep."""
    name, difficulty = request.param
    generate, lengths = GENERATORS[name]
    return [generate(random.Random(seed), difficulty)["text"] for seed in range(SEEDS)], lengths[difficulty]


def test_lexicon_has_the_twelve_categories() -> None:
    assert set(CONNECTIVES) == CATEGORIES
    for entries in CONNECTIVES.values():
        assert 15 <= len(entries) <= 35
        assert len(set(entries)) == len(entries)
        assert all(re.fullmatch(r"[a-z]+( [a-z]+)*", entry) for entry in entries)


def test_stopwords_are_single_lower_case_words() -> None:
    assert 80 <= len(STOPWORDS) <= 140
    assert all(re.fullmatch(r"[a-z]+", word) for word in STOPWORDS)


def test_lexicon_agrees_with_the_known_vectors() -> None:
    def hits(text: str) -> set[str]:
        return {category for category, entries in CONNECTIVES.items() if any(entry in text for entry in entries)}

    assert hits("m0 m19 however therefore") == {"contrast", "cause_effect", "concession"}
    assert not hits(" ".join(f"k{i}" for i in range(250)) + " " + " ".join(f"m{i}" for i in range(250)))


def test_word_counts_are_in_range(sample: tuple[list[str], tuple[int, int]]) -> None:
    texts, (low, high) = sample
    assert all(low <= len(text.split()) <= high for text in texts)


def test_texts_differ(sample: tuple[list[str], tuple[int, int]]) -> None:
    texts, (_, longest) = sample
    repeats = 10 if longest < 25 else 1  # of tiny ones there are some thousands only
    assert len(set(texts)) >= SEEDS - repeats


def test_texts_are_clean(sample: tuple[list[str], tuple[int, int]]) -> None:
    for text in sample[0]:
        assert not re.search(r"[\[\]{}|;/\\]|[a-z]_|  | \n|\s$|\s[.,?!]|[.,?!]{2}|\n\n\n", text), text
        assert text.isascii()
        assert not re.search(r"\b(\w+) \1\b", text), text  # no doubled word
        assert text[-1] in ".?!"


def test_sentences_start_with_capitals(sample: tuple[list[str], tuple[int, int]]) -> None:
    for text in sample[0]:
        starts = re.findall(r"(?:^(?:Title: )?|[.?!]\s+|\n)(\S)", text)
        assert all(start.isupper() or start == '"' for start in starts), text


def test_articles_agree(sample: tuple[list[str], tuple[int, int]]) -> None:
    for text in sample[0]:
        for given, word in re.findall(r"\b([Aa]n?) (\w+)", text):
            assert given.lower() == article(word), f"{given} {word}"


@pytest.mark.parametrize(("name", "difficulty"), CASES)
def test_a_seed_gives_one_text_in_every_process(name: str, difficulty: str) -> None:
    generate, _ = GENERATORS[name]
    random.seed(1)
    first = [generate(random.Random(seed), difficulty) for seed in range(20)]
    random.seed(2)
    assert first == [generate(random.Random(seed), difficulty) for seed in range(20)]
    if difficulty == "hard":
        code = (
            f"import random; from collm_envs.writing import {name} as m; "
            f"print(repr([m.generate(random.Random(s), {difficulty!r}) for s in range(20)]))"
        )
        env = {**os.environ, "PYTHONHASHSEED": "7"}
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        assert out.stdout.strip() == repr(first)


@pytest.mark.parametrize(("name", "most"), [("posts", 130), ("abstracts", 170)])
def test_tiny_texts_share_a_small_vocabulary(name: str, most: int) -> None:
    texts = [GENERATORS[name][0](random.Random(seed), "tiny")["text"] for seed in range(2000)]
    assert len(set().union(*(words_of(text).distinct for text in texts))) <= most
    assert all(2 <= len(re.findall(r"[.?]", text)) <= 3 for text in texts)
    assert len(set(texts)) > 1500


def test_short_pairs_are_perfect_on_tiny_posts() -> None:
    """Some words hold several kinds of connectives, so that 8 words and 18 will do."""
    kinds = "Also likewise, since if while in particular in summary,"
    for seed in range(SEEDS):
        text = posts.generate(random.Random(seed), "tiny")["text"]
        words = text.split()
        pairs = [(" ".join(words[:8]), " ".join([kinds, *words[:count]])) for count in range(6, 10)]
        assert max(reward.score(Source(text), pair).total for pair in pairs) == reward.MAXIMUM, text


def test_frames_are_varied() -> None:
    titles = {posts.generate(random.Random(seed), "easy")["text"].split("\n")[0] for seed in range(SEEDS)}
    assert len(titles) > 100
    assert len(load("posts")[1]) >= 12
    assert len(load("abstracts")[1]) >= 12


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dog", "a"),
        ("owl", "an"),
        ("hour", "an"),
        ("university", "a"),
        ("use", "a"),
        ("8", "an"),
        ("11", "an"),
        ("12", "a"),
        ("1100", "a"),
    ],
)
def test_article(word: str, expected: str) -> None:
    assert article(word) == expected


def test_a_slot_keeps_its_value_and_optional_lines_fill_up() -> None:
    block = """
title: About {x}
@x: cat/cats; owl/owls
I saw a_ {x}, one of many {x.1}.
? it was {2-3}
  feet tall.

bye.
"""
    frame = parse(block)
    seen = set()
    for seed in range(40):
        title, body = compose(random.Random(seed), frame, {}, 1, 40)
        animal = title.removeprefix("About ")
        assert body.startswith(f"I saw {article(animal)} {animal}, one of many {animal}s.")
        assert body.endswith("\n\nBye.")
        seen.add("feet tall" in body)
    assert seen == {True, False}


def test_an_impossible_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="words where"):
        compose(random.Random(0), parse("One two three."), {}, 10, 20)
