"""What the coders of CoopHE read: openings, and feedback in every mode."""

from __future__ import annotations

import pytest

from collm_envs import coophe_v0
from collm_envs.coding import prompts

from .test_coophe import ALONE, AUX, NOTHING, PROMPT, PROSE, TASK, USES, step, task


def told(aux, main, agent=1, **options):
    """What one coder hears about a turn."""
    *_, env = step(aux, main, **options)
    return env.task.reviews(env.instance, ("", ""), env.turns[0].score)[agent]


def test_openings():
    env = coophe_v0.parallel_env()
    prompt, _ = env.reset(seed=0, options={"task": TASK})
    for text in prompt.values():
        assert PROMPT.strip() in text
        assert "at most 4" in text
        assert "This is turn 1 of 2." in text
        assert "assert" not in text
    assert "def aux(...):" in prompt["coder_0"]
    assert "def f(n: int) -> int:\n    ..." in prompt["coder_1"]
    assert "`aux(...)` exists" in prompt["coder_1"]
    env = coophe_v0.parallel_env(**coophe_v0.PAPER)
    prompt, _ = env.reset(seed=0, options={"task": TASK})
    assert not any("reward" in text or "0.5" in text for text in prompt.values())
    env = coophe_v0.parallel_env()
    prompt, _ = env.reset(seed=0, options={"task": NOTHING})
    assert "def seven() -> int:\n    ..." in prompt["coder_1"]


def test_level_feedback():
    text = told(AUX, USES.replace("return double", "return double if n < 5 else 0"), shown_tests=0)
    assert text.split("\n") == [
        "The previous turn:",
        "- `aux`: FOUND",
        "- `f`: FOUND",
        "- Syntax: OK",
        "- Tests: 1 of 2 shown passed",
        "  FAILED:",
        "    assert f(5) == 11",
        "    last call: f(5) returned 0",
        "- Use of `aux`: called",
    ]
    other = told(AUX, USES.replace("return double", "return double if n < 5 else 0"), agent=0, shown_tests=0)
    assert other == text.rpartition("\n")[0], "how the helper is used is for the main function's coder"


@pytest.mark.parametrize(
    ("aux", "main", "agent", "lines"),
    [
        (
            PROSE,
            PROSE,
            0,
            ["- `aux`: MISSING (no `def aux(...)` at the left margin)", "- Syntax: nothing to parse", "- Tests: not run"],
        ),
        (AUX, "def f(n):\n    pass", 1, ["- `f`: MISSING (it has no return statement)", "- Syntax: OK", "- Tests: not run"]),
        (f"async {AUX}", ALONE, 0, ["- `aux`: MISSING (it is an `async def`, which cannot be called like a function)"]),
        (AUX, "def f(n):\n    return = 1", 1, ["- Syntax: ERROR in your `f`, line 2, column 12: invalid syntax", "    return = 1"]),
        (AUX, "def f(n):\n    return = 1", 1, ["- Use of `aux`: cannot be told before `f` parses"]),
        (AUX, "def f(n):\n    return = 1", 0, ["- Syntax: ERROR in the other coder's `f`, line 2, column 12: invalid syntax"]),
        (AUX, "def f(n):\n    return 1 / 0", 1, ["  ERROR:", "    assert f(1) == 3", "    ZeroDivisionError: division by zero"]),
        (AUX, "def f(n):\n    return 1 / 0", 1, ["    last call: f(1) raised ZeroDivisionError: division by zero"]),
        (AUX, "import os.nothing\n" + ALONE, 1, ["- Tests: 0 of 1 shown passed"]),
        (AUX, "def f(n):\n    while 1: pass\n    return 1", 1, ["  TIMEOUT:", "    last call: f(1)"]),
        (AUX, ALONE, 1, ["- Use of `aux`: `f` does not call it"]),
        (
            AUX,
            "def f(n, aux=int):\n    return aux(n)",
            1,
            ["- Use of `aux`: `f` does not call it: the `aux` that it calls is its own"],
        ),
        (AUX, "def f(n):\n    aux(n)\n    return 2 * n", 1, ["- Use of `aux`: called, but what it returns is not used"]),
        (AUX, "def f(n):\n    return aux(n)", 1, ["Warning: `f` only hands on what `aux` returns; it should do work of its own"]),
    ],
)
def test_level_feedback_line_by_line(aux, main, agent, lines):
    text = told(aux, main, agent, call_limit=0.3)
    for line in lines:
        assert line in text


def test_a_program_that_cannot_be_loaded_is_explained():
    text = told(AUX, "import os.nothing\n" + ALONE)
    assert "The program could not be loaded: ModuleNotFoundError" in text
    assert "assert f(1)" not in text


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [(1, [0]), (2, [0, 1]), (99, [0, 1, 2]), (-1, [2]), (-2, [1, 2]), (-99, [0, 1, 2]), (0, [0, 1, 2])],
)
def test_shown_tests(wanted, shown):
    assert list(prompts.shown(3, wanted)) == shown
    problem = task("\n".join(f"assert candidate({n}) == {n}" for n in range(3)))
    reward_, _, env = step(AUX, "def f(n):\n    return -1", problem, shown_tests=wanted)
    assert reward_ == 1.5, "the reward counts all"
    text = env.observations["coder_1"]
    assert [n for n in range(3) if f"assert f({n}) == {n}" in text] == shown
    assert f"0 of {len(shown)} shown passed" in text


def test_many_failures_are_cut():
    problem = task("\n".join(f"assert candidate({n}) == {n}, '{'x' * 900}'" for n in range(40)))
    *_, env = step(AUX, "def f(n):\n    return -1", problem, shown_tests=0)
    text = env.observations["coder_1"]
    assert "... and 30 more" in text
    assert len(text) < 15_000


@pytest.mark.parametrize(
    ("aux", "main", "first", "second"),
    [
        (AUX, USES, "found", ["found", "correct", "all passed", "used"]),
        (AUX, USES.replace("+= 1", "+= 2"), "found", ["found", "correct", "none passed", "used"]),
        (PROSE, ALONE, "not found", ["found", "correct", "all passed", "not called"]),
        (AUX, PROSE, "found", ["not found", "correct", "not run", "no main function"]),
        (AUX, ALONE + " +", "found", ["found", "not correct", "not run", "cannot be told"]),
        (
            AUX,
            "def f(n):\n    aux(n)\n    return 3 if n == 1 else 0",
            "found",
            ["found", "correct", "1 of 2 passed", "called, but"],
        ),
    ],
)
def test_level_passed_feedback(aux, main, first, second):
    lines = told(aux, main, 0, feedback="level_passed", shown_tests=0).split("\n")
    assert lines[0] == f"Your function: {first}."
    assert len(lines) == 3
    lines = told(aux, main, 1, feedback="level_passed", shown_tests=0).split("\n")
    names = ("Your function: ", "Syntax: ", "Tests: ", "Use of aux: ")
    assert len(lines) == 4
    for line, name, signal in zip(lines, names, second):
        assert line.startswith(name + signal)


@pytest.mark.parametrize(
    ("aux", "main", "good"),
    [
        (AUX, USES, True),
        (PROSE, ALONE, True),
        (AUX, USES.replace("+= 1", "+= 2"), False),
        (AUX, PROSE, False),
        (AUX, ALONE + " +", False),
        (AUX, "def f(n):\n    return 3", True),
    ],
)
def test_passed_feedback(aux, main, good):
    text = told(aux, main, feedback="passed")
    assert text == ("All" if good else "Not all") + " checks of the previous turn passed."
    assert text == told(aux, main, 0, feedback="passed")


def test_plain_feedback():
    *_, env = step(AUX, ALONE, feedback="plain")
    assert env.observations["coder_1"].endswith(
        f"Your answer in turn 1:\n{ALONE}\n\nThis is turn 2 of 2. Give your whole code again, revised. Code only."
    )


def test_expert_feedback():
    heard = []

    def expert(problem, aux, main, score):
        heard.append((problem.entry_point, aux, main, score.total, score.evidence.verdict.passed))
        return "Return \ud800 less.", "Call aux."

    *_, env = step(f"```\n{AUX}\n```", ALONE, feedback="expert", expert=expert)
    assert heard == [("f", AUX, ALONE, 2.5, 2)]
    assert "A hint from an expert:\nReturn \ufffd less.\n" in env.observations["coder_0"]
    assert "A hint from an expert:\nCall aux.\n" in env.observations["coder_1"]
    assert "Call aux." not in env.observations["coder_0"]


@pytest.mark.parametrize("hints", ["ab", ("a",), ("a", None), ("a", "b", "c")])
def test_experts_that_return_no_two_texts(hints):
    with pytest.raises(TypeError, match="expert must return two texts"):
        step(AUX, ALONE, feedback="expert", expert=lambda *_: hints)


def test_errors_of_an_expert_are_the_users():
    def expert(*_):
        raise KeyError("no key")

    with pytest.raises(KeyError, match="no key"):
        step(AUX, ALONE, feedback="expert", expert=expert)


@pytest.mark.parametrize("feedback", ["level", "level_passed", "passed", "plain"])
@pytest.mark.parametrize(
    "main", [ALONE, USES, "def f(n):\n    secret_main = aux(n)\n    raise ValueError\n    return 1", "def f(secret_main: return"]
)
def test_no_code_of_the_other_coder_is_in_a_prompt(feedback, main):
    aux = "def secret_helper(n):\n    return n\n\ndef aux(n, secret_parameter=1):\n    secret_aux = 2\n    return secret_aux * n"
    main = main.replace("double", "secret_main").replace("2 * n", "(secret_main := 2 * n)")
    main = main.replace("return secret_main", "return -secret_main")
    *_, env = step(aux, main, feedback=feedback, shown_tests=0, max_cycles=3)
    assert "secret_main" in env.observations["coder_1"]
    assert "secret_aux" in env.observations["coder_0"]
    env.step({"coder_0": aux.replace("* n", "* * n"), "coder_1": main})
    for agent, foreign in (("coder_0", "secret_main"), ("coder_1", "secret_h"), ("coder_1", "secret_p"), ("coder_1", "secret_a")):
        for turn in env.turns:
            assert foreign not in turn.prompts[env.possible_agents.index(agent)]


def test_longest_prompts_are_whole():
    """The longest problem with the longest answer still leaves room for feedback and request."""
    problem = {**TASK, "prompt": PROMPT + "#" * (16_000 - len(PROMPT))}
    answer = ALONE + "\n" + "#" * 20_000
    *_, env = step(answer, answer, problem, shown_tests=0)
    for text in env.observations.values():
        assert "[cut: too long" not in text
        assert text.endswith("Code only.")
