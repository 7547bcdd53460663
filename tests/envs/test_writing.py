"""TLDR and arXiv: known answers of the gated score, connectives, prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collm_envs import arxiv_v0, tldr_v0
from collm_envs.writing import reward
from collm_envs.writing.lexicon import CONNECTIVES
from collm_envs.writing.reward import ARXIV, ARXIV_AAAI26, MAXIMUM, TLDR, Band, score, transitions
from collm_envs.writing.source import parse
from collm_envs.writing.transitions import CATEGORIES, in_substrings, in_words
from collm_envs.writing.words import _WORD, encoded, words_of

from .tools import play

ANY = parse({"text": "any"})


def k(first, last):
    return " ".join(f"k{number}" for number in range(first, last + 1))


def m(first, last):
    return " ".join(f"m{number}" for number in range(first, last + 1))


@pytest.mark.parametrize("matching", ["word", "substring"])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (k(0, 6), k(0, 19), 0.0),
        (k(0, 9), k(0, 19), 2.6),
        (k(0, 9), m(0, 19), 2.0),
        (k(0, 9), m(0, 12), 1.127586),
        (k(0, 9), m(0, 10), 0.575862),
        (k(0, 9), m(0, 9), 0.5),
        (k(0, 9), m(0, 39), 0.5),
        (k(0, 9), m(0, 19) + " however therefore", 2.2),
        ("", k(0, 19), 0.0),
        (k(0, 9), k(0, 256), 0.0),
    ],
)
def test_tldr_vectors(first, second, expected, matching):
    assert score(ANY, (first, second), TLDR, matching).total == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "released", "aaai26"),
    [
        (k(0, 126), k(0, 126), 0.0, 0.0),
        (k(0, 127), k(0, 127), 2.0, 2.6),
        (k(0, 127), m(0, 127), 1.4, 2.0),
        (k(0, 127), m(0, 179), 1.867188, 0.909721),
        (k(0, 127), m(0, 199), 1.470552, 0.5),
        (k(0, 127), m(0, 249), 0.5, 0.5),
        (k(0, 179), m(0, 127), 0.5, 0.5),
    ],
)
def test_arxiv_vectors(first, second, released, aaai26):
    assert score(ANY, (first, second), ARXIV).total == pytest.approx(released, abs=1e-6)
    assert score(ANY, (first, second), ARXIV_AAAI26).total == pytest.approx(aaai26, abs=1e-6)


def test_bands():
    band = Band(1.1, 1.6, 3.2, 5.0)
    assert [band.worth(at) for at in (1.1, 1.6, 2.0, 3.2, 5.0)] == [0.0, 1.0, 1.0, 1.0, pytest.approx(0.0)]
    assert band.worth(1.0999) is None
    assert band.worth(5.0001) is None
    assert band.worth(1.35) == pytest.approx(0.5)
    assert band.worth(4.1) == pytest.approx(0.5)


def test_a_gate_worth_nothing_is_still_open():
    """At exactly 1.1 the length adds 0 but the sum goes on."""
    first = "a b c d e f g hhhhhh"
    second = "i j k l m n o p q rrrr"
    assert (len(first), len(second)) == (20, 22)
    result = score(ANY, (first, second), TLDR)
    assert result.metrics["length_ratio"] == 1.1
    assert result.terms == {"structure": 0.5, "length": 0.0, "vocabulary": 0.0, "style": 0.0}
    rich = score(ANY, (first.replace("b c d", "a a a"), second), TLDR)
    assert rich.metrics["vocabulary_ratio"] == 2.0
    assert rich.terms["vocabulary"] == 0.5


@pytest.mark.parametrize(("categories", "worth"), [(0, 0.0), (1, 0.4), (2, 0.45), (3, 0.5), (12, 0.95)])
def test_transitions(categories, worth):
    assert transitions(categories) == pytest.approx(worth)


def test_maximum_is_attainable_and_exact():
    assert MAXIMUM == 2.98
    for module in (tldr_v0, arxiv_v0):
        for setting in ({}, module.PAPER):
            env = module.parallel_env(**setting, split="test")
            assert play(env, "oracle", index=0) == [2.98]
    assert play(arxiv_v0.parallel_env(length_window="aaai26"), "oracle", index=1) == [2.98]


def test_connectives_by_word_and_by_substring():
    def found(text, by):
        mask = in_words(words_of(text)) if by == "word" else in_substrings(text.lower())
        return {name for place, name in enumerate(CATEGORIES) if mask >> place & 1}

    assert found("However, it rained.", "word") == {"contrast", "concession"}
    assert found("the butter season", "word") == set()
    assert {"contrast", "cause_effect", "time"} <= found("the butter season", "substring")
    assert found("in\nADDITION to that", "word") == {"elaboration"}
    assert found("in, addition", "word") == found("addition in", "word") == set()
    assert found("The fact is \u2013 in addition \u2013 clear", "word") == {"elaboration"}
    for name, entries in CONNECTIVES.items():
        for entry in entries:
            assert name in found(f"x {entry} y", "word"), entry
            assert name in found(f"x {entry} y", "substring"), entry


ascii_text = st.text(st.characters(max_codepoint=127), max_size=300)


@given(st.text(max_size=200) | ascii_text)
def test_words_by_table_equal_words_by_pattern(text):
    words = words_of(text)
    assert words.distinct == {word.encode() for word in _WORD.findall(text.lower())}
    assert words.tokens == len(text.split())
    assert words.flat == encoded(text.lower())


@given(
    st.text(max_size=400) | ascii_text,
    st.text(max_size=400),
    st.sampled_from([TLDR, ARXIV]),
    st.sampled_from(["word", "substring"]),
)
def test_score_is_total_and_in_range(first, second, constants, matching):
    result = score(ANY, (first, second), constants, matching)
    assert result.total == 0.0 or 0.5 <= result.total <= MAXIMUM
    assert 0.0 <= result.metrics["jaccard"] <= 1.0
    assert 0 <= result.metrics["transition_categories"] <= 12
    assert result.metrics["score"] == pytest.approx(100 * result.total / 3)


def test_prompts_tell_the_targets_unless_hidden():
    for module, words in ((tldr_v0, "8 to 256 words"), (arxiv_v0, "128 to 256 words")):
        options = {"task": {"text": "Some text about bees."}}
        told = module.parallel_env().reset(options=options)[0]
        hidden = module.parallel_env(**module.PAPER).reset(options=options)[0]
        for agent in ("writer_0", "writer_1"):
            assert "Some text about bees." in told[agent]
            assert "Some text about bees." in hidden[agent]
            assert words in told[agent]
            assert words not in hidden[agent]
    aaai = arxiv_v0.parallel_env(length_window="aaai26").reset(options=options)[0]["writer_1"]
    assert "1 to 1.3 times as long" in aaai


def test_feedback_over_several_turns():
    env = tldr_v0.parallel_env(max_cycles=3)
    env.reset(options={"task": {"text": "Some text about bees."}})
    observations, *_ = env.step({"writer_0": k(0, 9), "writer_1": m(0, 9)})
    assert "Length ratio 1.00 (wanted 1.6 to 3.2)" in observations["writer_0"]
    assert k(0, 9) in observations["writer_0"]
    assert k(0, 9) not in observations["writer_1"], "nobody sees the other's text"
    quiet = tldr_v0.parallel_env(max_cycles=3, feedback="none")
    quiet.reset(options={"task": {"text": "Some text about bees."}})
    assert "ratio" not in quiet.step({"writer_0": "", "writer_1": ""})[0]["writer_0"].split("Your answer")[1]


def test_terminal_view_shows_bands_and_hides_control_characters():
    env = tldr_v0.parallel_env(render_mode="ansi")
    env.reset(options={"task": {"text": "Some\x1b[2J text \ud800"}})
    assert "\x1b[2J" not in env.render()
    env.step({"writer_0": k(0, 9) + "\x1b[31m\x07", "writer_1": m(0, 19)})
    text = env.task.ansi(env.instance, env.turns[-1].actions, env.turns[-1].score, colour=False)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "wanted 1.6-3.2" in text
    text.encode()
    assert reward.NOMINAL == 3.0
