"""CoopHE: the reward table through the sandbox, what agents hear, options, scripted teams."""

from __future__ import annotations

import json
import random
from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collm_envs import coophe_v0
from collm_envs.coding import reward
from collm_envs.coding.completion import read_pair
from collm_envs.coding.coophe import CoopHE
from collm_envs.coding.problem import parse
from collm_envs.coding.sandbox import Program, TestResult, Verdict

from .test_fuzz import mutate
from .test_reading import texts

PROMPT = 'def f(n: int) -> int:\n    """Twice n and one more.\n\n    >>> f(1)\n    3\n    """\n'
TASK = {
    "prompt": PROMPT,
    "entry_point": "f",
    "test": "def check(candidate):\n    assert candidate(1) == 3\n    assert candidate(5) == 11\n",
}
AUX = "def aux(n):\n    return 2 * n"
USES = "def f(n):\n    double = aux(n)\n    double += 1\n    return double"
ALONE = "def f(n):\n    return 2 * n + 1"
PROSE = "I would double the number first."


def step(aux, main, task=TASK, **options):
    """Reward, infos and the environment after one turn."""
    env = coophe_v0.parallel_env(**options)
    env.reset(seed=0, options={"task": task})
    observations, rewards, *_, infos = env.step({"coder_0": aux, "coder_1": main})
    assert rewards["coder_0"] == rewards["coder_1"] == sum(env.turns[0].score.terms.values())
    assert infos["coder_0"] == infos["coder_1"]
    env.observations = observations
    return rewards["coder_0"], infos["coder_0"], env


class Judge:
    """A sandbox that gives a verdict of ours, and keeps what it was sent."""

    def __init__(self, *outcomes, problem="", matters=None):
        self.verdict = Verdict(tuple(TestResult(outcome) for outcome in outcomes), problem, matters)
        self.programs = []

    def start(self):
        pass

    def submit(self, program):
        self.programs.append(program)
        future = Future()
        future.set_result(self.verdict)
        return future


# -- the reward -------------------------------------------------------------------------------------------------------

TABLE = {
    "prose and prose": (PROSE, PROSE, 0.0),
    "a helper alone": (AUX, PROSE, 0.4),
    "no helper": (PROSE, ALONE, 2.1),
    "not called": (AUX, ALONE, 2.5),
    "handed on in a line": (ALONE.replace("f(", "aux("), "def f(n):\n    return aux(n)", 3.0),
    "handed on in two": (ALONE.replace("f(", "aux("), "def f(n):\n    v = aux(n)\n    return v", 3.0),
    "used": (AUX, USES, 4.0),
    "used, one of two": (AUX, USES.replace("return double", "return double if n < 5 else 0"), 3.5),
    "used, none of two": (AUX, USES.replace("+= 1", "+= 2"), 1.5),
    "broken": (AUX, USES.replace("double +=", "double + ="), 1.0),
    "a helper that returns nothing": (
        "def aux(n):\n    n += 1",
        USES.replace("double +=", "double = 2 * n or double\n    double +="),
        3.6,
    ),
    "for show": (AUX, "def f(n):\n    aux(n)\n    v = 2 * n\n    return v + 1", 3.5),
}


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("setting", ["default", "paper"])
def test_reward_table(row, setting):
    aux, main, expected = TABLE[row]
    options = coophe_v0.PAPER if setting == "paper" else {}
    if (row, setting) == ("for show", "paper"):
        expected = 4.0
    assert step(aux, main, **options)[0] == expected


def task(test, prompt=PROMPT, name="f"):
    return {
        "prompt": prompt,
        "entry_point": name,
        "test": "def check(candidate):\n" + "\n".join(f"    {line}" for line in test.split("\n")),
    }


NOTHING = task("assert candidate() == 7", 'def seven() -> int:\n    """Seven."""\n', "seven")

DOCUMENTED = f'''def f(n):
    """As in

{ALONE}

    ```
    aux(1)
    ```
    """
    return 2 * n + 1
'''

MORE = {
    "no parameters": (NOTHING, "def aux():\n    return 3", "def seven():\n    half = aux()\n    return 2 * half + 1", 4.0, 4.0),
    "imports beside": (TASK, f"import re\n{AUX.replace('2 * n', '2 * int(re.sub(chr(32), str(), str(n)))')}", USES, 4.0, 1.5),
    "constants beside": (TASK, "TWO = 2\n" + AUX.replace("2 *", "TWO *"), USES, 4.0, 1.5),
    "classes beside": (TASK, "class Two:\n    value = 2\n" + AUX.replace("2 *", "Two.value *"), USES, 4.0, 1.5),
    "helpers beside": (TASK, "def two(): return 2\n" + AUX.replace("2 *", "two() *"), USES, 4.0, 1.5),
    "decorators": (TASK, f"from functools import cache\n@cache\n{AUX}", USES, 4.0, 4.0),
    "an unknown decorator": (TASK, f"@memoize\n{AUX}", USES, 1.5, 4.0),
    "annotations never evaluated": (
        TASK,
        "from __future__ import annotations\ndef aux(n: Foo) -> Bar:\n    return 2 * n",
        USES,
        4.0,
        1.5,
    ),
    "math without import": (TASK, AUX.replace("2 * n", "math.floor(2.5) * n"), USES, 4.0, 4.0),
    "nested functions": (TASK, "def aux(n):\n    def twice():\n        return 2 * n\n    return twice()", USES, 4.0, 4.0),
    "called in a nested function": (
        TASK,
        AUX,
        "def f(n):\n    def more():\n        return aux(n) + 1\n    return more()",
        4.0,
        4.0,
    ),
    "called in a comprehension": (TASK, AUX, "def f(n):\n    found = [aux(m) for m in (n,)]\n    return found[0] + 1", 4.0, 4.0),
    "async helper": (TASK, f"async {AUX}", ALONE, 2.1, 2.1),
    "async main": (TASK, AUX, f"async {ALONE}", 0.4, 0.4),
    "a dead branch": (TASK, AUX, "def f(n):\n    if False:\n        n = aux(n)\n    return 2 * n + 1", 4.0, 4.0),
    "a comment": (TASK, AUX, "def f(n):\n    # aux(n)\n    'aux(n)'\n    return 2 * n + 1", 2.5, 2.5),
    "an aux of its own": (
        TASK,
        AUX,
        "def f(n):\n    def aux(m):\n        return 2 * m\n    v = aux(n)\n    return v + 1",
        2.5,
        2.5,
    ),
    "main brings its own aux": (TASK, PROSE, f"{AUX}\n{USES}", 1.1, 1.1),
    "the helper's coder does it all": (TASK, f"{AUX}\n{USES}", PROSE, 0.4, 0.4),
    "an example of use": (TASK, f"{AUX}\nprint(aux(2))", f"{USES}\nresult = f(1)\nassert result == 3", 4.0, 4.0),
    "a program that cannot be loaded": (TASK, "import no_such_module\n" + AUX, USES, 1.5, 4.0),
    "fences and prose": (TASK, f"Sure!\n```python\n{AUX}\n```\nDone.", f"~~~\r\n{USES}\r\n~~~", 4.0, 4.0),
    "tabs": (TASK, AUX.replace("    ", "\t"), USES.replace("    ", "\t\t"), 4.0, 4.0),
    "carriage returns": (TASK, AUX.replace("\n", "\r\n"), USES.replace("\n", "\r\n"), 4.0, 4.0),
    "escapes that are no text": (TASK, AUX, USES + "  # \udcff \x00", 4.0, 4.0),
    "cut in the middle": (TASK, AUX, USES[:-9], 0.4, 0.4),
    "cut after return": (TASK, AUX, USES + " *", 1.0, 1.0),
    "a docstring with code": (TASK, AUX, DOCUMENTED, 2.5, 2.5),
    "a long assert": (task("assert candidate(\n    1\n) == 3\nassert candidate(5) == (\n    12\n)"), AUX, USES, 3.5, 3.5),
    "a loop in check": (
        task("for n in range(9):\n    assert candidate(n) == 2 * n + 1\nassert candidate(0) == 0"),
        AUX,
        USES,
        3.5,
        3.5,
    ),
    "a function of the prompt": (
        task("assert candidate(1) == given(3)", f"def given(n):\n    return n\n\n{PROMPT}"),
        AUX,
        USES.replace("return double", "return given(double)"),
        4.0,
        1.5,
    ),
    "an import of the prompt": (
        task("assert candidate(1) == 3", f"import re\n{PROMPT}"),
        AUX,
        USES.replace("1", "len(re.sub('a', 'b', 'a'))"),
        4.0,
        4.0,
    ),
    "an endless loop": (TASK, AUX, "def f(n):\n    while n > 1: pass\n    return aux(n) + 1", 3.5, 3.5),
    "an exit": (TASK, AUX, "def f(n):\n    import sys\n    sys.exit(0)\n    return aux(n) + 1", 1.5, 1.5),
}


@pytest.mark.parametrize("row", MORE)
@pytest.mark.parametrize("setting", ["default", "paper"])
def test_more_rewards(row, setting):
    problem, aux, main, default, paper = MORE[row]
    options = coophe_v0.PAPER if setting == "paper" else {}
    expected, _, _ = step(aux, main, problem, **{**options, "call_limit": 0.5})
    assert expected == (paper if setting == "paper" else default)


def test_infos():
    _, infos, _ = step(AUX, USES.replace("return double", "return double if n < 5 else 0"))
    assert infos == {
        "turn": 1, "solved": False, "aux_defined": 0.4, "main_defined": 0.6, "syntax": 0.5, "tests": 0.5, "aux_used": 0.5,
        "not_wrapper": 1.0, "ignored_call": 0.0, "tests_passed": 1, "tests_total": 2, "pass_rate": 0.5, "all_passed": False,
        "aux_matters": True, "timeouts": 0,
    }  # fmt: skip
    assert step(AUX, USES)[1]["all_passed"] is True
    assert step(AUX, "")[1]["tests_total"] == 2, "whether or not they are run"
    assert step(AUX, "def f(n):\n    while 1: pass\n    return 1", call_limit=0.2)[1]["timeouts"] == 2


@pytest.mark.parametrize(
    ("main", "matters"),
    [
        (USES, True),
        ("def f(n):\n    if False:\n        n = aux(n)\n    return 2 * n + 1", False),
        ("def f(n):\n    v = aux(n)\n    w = v\n    return 2 * n + 1", False),
        ("def f(n):\n    return 2 * n + (aux(n) is not None)", True),
        ("def f(n):\n    return more(n) + 1\ndef more(n):\n    return aux(n)", True),
        (ALONE, False),
        (USES.replace("+= 1", "+= 2"), False),
    ],
)
def test_aux_matters(main, matters):
    """Whether the helper is of use, whatever the reward says of its calls."""
    assert step(AUX, main)[1]["aux_matters"] is matters


def test_episode_ends_when_solved():
    _, infos, env = step(AUX, USES)
    assert infos["solved"]
    assert env.agents == []
    _, infos, env = step(AUX, ALONE)
    assert not infos["solved"]
    assert env.agents


def test_only_programs_that_can_run_are_run():
    for aux, main in ((AUX, PROSE), (AUX, "def f(n):\n    pass"), (AUX, "def f(n): return ="), ("def aux(: return", ALONE)):
        judge = Judge("passed", "passed")
        assert step(aux, main, sandbox=judge)[1]["tests_passed"] == 0
        assert judge.programs == []


def test_what_is_sent():
    judge = Judge("passed", "passed")
    step(AUX, USES, sandbox=judge, call_limit=2, time_limit=7.5)
    (program,) = judge.programs
    assert program == Program(
        f"{AUX}\n\n{USES}\n",
        ("assert candidate(1) == 3", "assert candidate(5) == 11"),
        "f",
        ablation=f"def aux(*args, **kwargs):\n    return None\n\n{USES}\n",
        call_limit=2,
        time_limit=7.5,
    )
    step(AUX, ALONE, sandbox=judge)
    assert judge.programs[1].ablation is None, "no second run for what is not called"


@settings(max_examples=300, deadline=None)
@given(
    aux=texts,
    main=texts,
    outcomes=st.lists(st.sampled_from(["passed", "failed", "error", "timeout", "died", "not_run"]), min_size=2, max_size=2),
    matters=st.sampled_from([None, True, False]),
    penalty=st.booleans(),
    feedback=st.sampled_from(["level", "level_passed", "passed", "plain"]),
)
def test_any_text_is_scored(aux, main, outcomes, matters, penalty, feedback):
    task = CoopHE(sandbox=Judge(*outcomes, matters=matters), ignored_call_penalty=penalty, feedback=feedback)
    problem = parse(TASK)
    score = task.score(problem, (aux, main))
    assert 0.0 <= score.total <= 4.0
    assert list(score.terms) == list(reward.TERMS)
    assert sum(score.terms.values()) == score.total
    assert set(score.metrics) == set(task.blank)
    assert all(score.metrics[name] == value for name, value in score.terms.items())
    for review in task.reviews(problem, (aux, main), score):
        review.encode()
    json.dumps(task.notes(score))
    task.ansi(problem, (aux, main), score).encode()


@pytest.mark.parametrize("penalty", [True, False])
def test_terms_of_every_kind_of_pair(penalty):
    """All combinations of parts, against the levels as they are written down."""
    helpers = {"": (0, 0), AUX: (1, 1), "def aux(n):\n    pass": (0, 1), "def aux(n): return =": (1, 1)}
    mains = {
        "": None,
        ALONE: (0, 0, 0),
        USES: (1, 0, 0),
        "def f(n): return aux(n)": (1, 1, 0),
        "def f(n):\n    aux(n)\n    return 1": (1, 0, 1),
    }
    for aux, (aux_defined, aux_there) in helpers.items():
        for main, use in mains.items():
            for passed in (0, 1, 2):
                pair = read_pair((aux, main), "f")
                verdict = Judge(*["passed"] * passed, *["failed"] * (2 - passed)).verdict
                got = reward.score(pair, parse(TASK).suite, verdict if pair.runs else None, penalty).total
                expected = 0.4 * aux_defined
                if use is not None:
                    expected += 0.6
                    if aux != "def aux(n): return =":
                        called, wrapper, ignored = use
                        expected += 0.5 + passed / 2
                        if passed and aux_there and called:
                            expected += 0.5 + (not wrapper) - 0.5 * (ignored and penalty)
                assert got == pytest.approx(expected, abs=1e-12), (aux, main, passed)


@pytest.mark.slow
def test_mutated_pairs():
    """Working pairs with a few random edits, for real: rewards in range, every verdict complete, and the same a second time."""
    rng, env = random.Random("mutated pairs"), coophe_v0.parallel_env(max_cycles=1, feedback="level", shown_tests=0, call_limit=1.0)
    for number in range(300):
        env.reset(seed=number, options={"split": "generated", "index": number})
        pair = [mutate(text, rng) if rng.random() < 0.7 else text for text in (env.instance.aux, env.instance.main)]
        first, again = (env.task.score(env.instance, pair) for _ in range(2))
        assert 0.0 <= first.total <= 4.0
        assert (first.terms, first.evidence.pair) == (again.terms, again.evidence.pair)
        if first.evidence.verdict:
            assert len(first.evidence.verdict.results) == len(env.instance.suite) == first.metrics["tests_total"]
        for review in env.task.reviews(env.instance, pair, first):
            review.encode()
