"""From ``check(candidate)`` to single tests."""

from __future__ import annotations

import json

import pytest

from collm_envs.coding import unit_tests
from collm_envs.coding.problem import Problem, parse
from collm_envs.coding.unit_tests import suite

from .tools import MODULES

PROMPT = 'def f(n: int) -> int:\n    """Twice n."""\n'


def checked(body, before="", after=""):
    return suite(f"{before}\ndef check(candidate):\n" + "\n".join(f"    {line}" for line in body.split("\n")) + f"\n{after}", "f")


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("assert candidate(1) == 2", 1),
        ("assert candidate(1) == 2\nassert candidate(2) == 4", 2),
        ("assert candidate(1) == 2\nassert candidate(1) == 2", 1),
        ("assert candidate(1) == 2, 'one'\nassert candidate(1) == 2, 'two'", 2),
        ("assert candidate(\n    1\n) == (\n    2\n)", 1),
        ("assert candidate(1) == 2 and \\\n    candidate(2) == 4", 1),
        ("assert candidate('''\n''') == 2", 1),
        ("for n in range(3):\n    assert candidate(n) == 2 * n", 1),
        ("for n in range(3):\n    got = candidate(n)\n    assert got == 2 * n\n    assert got >= 0", 1),
        ("while True:\n    assert candidate(1)\n    break", 1),
        ("with open('x') as file:\n    assert candidate(file)", 1),
        ("if candidate(1) == 2:\n    assert candidate(2)", 1),
        ("try:\n    candidate(-1)\n    assert False\nexcept ValueError:\n    pass", 1),
        ("try:\n    candidate(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError", 1),
        ("assert True\nassert candidate(1) == 2", 1),
        ("cases = [1]\nassert len(cases) == 1\nassert candidate(1) == 2", 1),
        ("got = candidate(1)\nassert got == 2\nassert got > 1\nassert 1", 2),
        ("def same(n, m):\n    assert candidate(n) == m\nsame(1, 2)\nsame(2, 4)", 2),
        ("def same(n, m):\n    assert n == m\nsame(candidate(1), 2)\nsame(2, 2)", 1),
        ("class Case:\n    def run(self): assert candidate(1)\nCase().run()", 1),
        ("ask = lambda n: candidate(n)\nassert ask(1) == 2\nassert all(ask(n) for n in (1, 2))", 2),
        ("seen = []\nseen.append(candidate(1))\nassert seen == [2]", 1),
        ("seen = {}\nseen[1] = candidate(1)\nassert seen == {1: 2}", 1),
        ("for n in (1, 2): print(candidate(n))\nassert candidate(1) == 2", 1),
        ("assert f(1) == 2", 1),
        ("assert candidate(1) == 2\nreturn True", 1),
        ("import math\nassert math.isclose(candidate(1), 2)", 1),
        ("'''assert candidate(1)'''\n# assert candidate(1)\nassert candidate(1) == 2", 1),
        ("x = 1\nassert candidate(x) == 2\nx = 2\nassert candidate(x) == 2", 2),
        ("x = 1\nassert candidate(x) == 2\nassert candidate(x) == 2", 1),
    ],
)
def test_what_is_a_test(body, number):
    found = checked(body)
    assert len(found) == len(found.tests) == len(found.shown) == number
    for test in found.tests:
        compile(test, "<test>", "exec")


def test_set_up_is_repeated():
    found = checked("a = 1\nassert candidate(a) == 2\nb = a + 1\nc = 5\nassert candidate(b) == 4")
    assert found.tests == ("a = 1\nassert candidate(a) == 2", "a = 1\nb = a + 1\nc = 5\nassert candidate(b) == 4")
    assert found.shown == ("a = 1\nassert f(a) == 2", "a = 1\nb = a + 1\nassert f(b) == 4")


def test_variables_of_an_earlier_test():
    """A loop with asserts is a test; a later test that needs its variable runs it, and no other test does."""
    found = checked("for n in (1, 2):\n    assert candidate(n)\nassert candidate(n) == 4\nassert candidate(3) == 6")
    assert found.tests[1].startswith("for n in")
    assert found.tests[2] == "assert candidate(3) == 6"


def test_code_around_check():
    found = checked(
        "assert candidate(1) == base",
        before="from __future__ import annotations\nimport math\nMETADATA = {}\nbase = 2\ndef near(a, b):\n    assert a == b",
        after="assert f(5) == 10\nassert base\ncheck(f)\nif __name__ == '__main__':\n    check(f)",
    )
    assert found.prelude == "import math\nMETADATA = {}\nbase = 2\ndef near(a, b):\n    assert a == b"
    assert found.tests == ("assert f(5) == 10", "assert candidate(1) == base")


def test_what_the_prompt_gives_is_there_for_tests():
    prompt = 'from typing import List\ndef double(n):\n    return 2 * n\n\ndef f(n: int) -> int:\n    """Doc."""\n'
    found = suite("def check(candidate):\n    assert candidate(1) == double(1)", "f", prompt)
    assert found.prelude == "from typing import List\ndef double(n):\n    return 2 * n"


def test_without_check():
    found = suite("import math\nx = f(1)\nassert x == 2\nx = f(2)\nassert x == 4\nassert math.pi", "f")
    assert found.tests == ("import math\nx = f(1)\nassert x == 2", "import math\nx = f(1)\nx = f(2)\nassert x == 4")


@pytest.mark.parametrize("head", ["def check(f2):", "def check(f2, /):", "def check(f2, near=1e-6, *, most=3):"])
def test_other_parameters_of_check(head):
    found = suite(f"{head}\n    assert f2(1) == 2", "f")
    assert len(found) == 1
    space = {"candidate": lambda n: 2 * n}
    exec(found.tests[0], space)
    assert "near" not in head or (space["near"], space["most"]) == (1e-6, 3)


def test_a_check_that_returns_half_way_is_one_test():
    found = checked("if candidate(1) != 2:\n    return\nassert candidate(2) == 4\nassert candidate(3) == 6")
    assert len(found) == 1
    space = {"candidate": lambda n: 2 * n}
    exec(found.tests[0], space)
    space["candidate"] = lambda _: 2
    with pytest.raises(AssertionError):
        exec(found.tests[0], space)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("def check(candidate:", "does not parse: line 1"),
        ("", "holds no test of f; write asserts"),
        ("def check(candidate):\n    assert True", "holds no test of f"),
        ("def check(candidate):\n    candidate(1)", "holds no test of f"),
        ("def check():\n    assert f(1)", "must take the candidate"),
        ("def check(candidate, other):\n    assert candidate(1)", "must take the candidate"),
        ("def check(candidate, *, other):\n    assert candidate(1)", "must take the candidate"),
        ("x = " + "-" * 5000 + "1\nassert f(x)", "does not parse: nested more than"),
        ("\n".join(f"assert f({n})" for n in range(501)), "more than 500 tests"),
        ("big = '" + "x" * 9000 + "'\n" + "\n".join(f"assert f({n})" for n in range(400)), "so much set-up"),
    ],
)
def test_malformed_tests(test, words):
    with pytest.raises(ValueError, match=words):
        suite(test, "f")


# -- the instance around them -----------------------------------------------------------------------------------------

TASK = {"prompt": PROMPT, "entry_point": "f", "test": "def check(candidate):\n    assert candidate(1) == 2\n"}


def test_fields_round_trip():
    for fields in (TASK, {**TASK, "aux": "def aux(): return 1", "main": "def f(n): return aux()", "task_id": "one/1"}):
        problem = parse(fields)
        assert problem.fields() == fields
        assert parse(json.loads(json.dumps(problem.fields()))) == problem
        assert problem.content == PROMPT


@pytest.mark.parametrize(
    ("prompt", "signature"),
    [
        ('def f():\n    """Doc."""\n', "def f():"),
        ("def f():", "def f():"),
        ("from typing import List\n\n\ndef f(a: List[int], *b, c=1, **d) -> List[int]:\n    ''' '''\n", None),
        ("def g(x):\n    return x\n\ndef f ( x ) :\n    '''Doc.'''", "def f(x):"),
        ("@cache\ndef f(\n    x,\n    y=(1, 2),\n):\n    '''Doc.'''", "def f(x, y=(1, 2)):"),
        ("Some words.\n\ndef f(x): ...", "def f(x):"),
    ],
)
def test_signatures(prompt, signature):
    problem = parse({**TASK, "prompt": prompt})
    assert problem.signature == (signature or "def f(a: List[int], *b, c=1, **d) -> List[int]:")
    assert problem.signature in MODULES["coophe"].parallel_env().task.opening(problem, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": "def g(n):\n    pass"}, r"prompt must contain `def f\("),
        ({"prompt": "class A:\n    def f(self): pass"}, "at the left margin"),
        ({"prompt": "async def f(n): pass"}, "at the left margin"),
        ({"prompt": "def f(n, n=:"}, "at the left margin: line 1"),
        ({"prompt": "x" * 16_001}, "at most 16000"),
        ({"prompt": 3}, "prompt must be a str"),
        ({"entry_point": "class"}, "ASCII name other than aux, candidate, check, got 'class'"),
        ({"entry_point": "aux"}, "ASCII name"),
        ({"entry_point": "candidate"}, "ASCII name"),
        ({"entry_point": "f g"}, "ASCII name"),
        ({"entry_point": ""}, "ASCII name"),
        ({"entry_point": "ﬁ"}, "ASCII name"),
        ({"entry_point": "g"}, r"prompt must contain `def g\("),
        ({"test": "assert f(1"}, "does not parse"),
        ({"test": "assert True"}, "no test of f"),
        ({"test": "x" * 100_001}, "at most 100000"),
        ({"aux": "x" * 20_000}, "at most 16384"),
        ({"canonical_solution": ""}, "unknown field.*prompt, entry_point, test, aux, main, task_id"),
    ],
)
def test_malformed_tasks(change, words):
    with pytest.raises((ValueError, TypeError), match=words):
        parse({**TASK, **change})
    with pytest.raises((ValueError, TypeError), match=words):
        MODULES["coophe"].parallel_env().reset(options={"task": {**TASK, **change}})


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match="lacks entry_point, test; required: prompt, entry_point, test"):
        parse({"prompt": PROMPT})


def test_surrogates_are_replaced():
    assert parse({**TASK, "prompt": PROMPT + "# \ud800"}).prompt.endswith("# \ufffd")


def test_suites_are_worked_out_once():
    first, second = parse(TASK), Problem(**TASK)
    assert first.suite is second.suite
    assert unit_tests.suite.cache_info().hits
