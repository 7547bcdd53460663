"""The cooperative coding problems written for this project: their form, and that their reference pairs work."""

from __future__ import annotations

import ast
import doctest
import json
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from collm_envs.coding import problems
from collm_envs.coding.problem import parse
from collm_envs.coding.sandbox.inside.modules import IMPORTABLE
from collm_envs.coding.usage import usage
from collm_envs.core.taskset import SHIPPED, data_file

ROWS = {split: problems.read(split) for split in SHIPPED}
PROBLEMS = {row["entry_point"]: row for rows in ROWS.values() for row in rows}
LEAST_STATEMENTS = 4
LONGEST_LINE = 132

# Runs the reference pairs, which are ours, in a process of their own: what it prints is all that is wrong.
RUN = """
import ast, copy, doctest, json, sys, time
PLAIN = (type(None), bool, int, float, str, list, tuple, dict, set)


def plain(value):
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, (list, tuple, set)) else ()
    return type(value) in PLAIN and all(map(plain, inner))


def failing(problem, tests, helper=None):
    space = {"__name__": "problem"}
    exec(problem["prompt"] + "    ...\\n" + problem["aux"] + problem["main"], space)
    function, failed = space[problem["entry_point"]], []
    if helper:
        space["aux"] = helper

    def candidate(*args):
        given, start = copy.deepcopy(args), time.process_time()
        result = function(*args)
        took.append(time.process_time() - start)
        assert args == given, "arguments are changed"
        assert plain(result), "the result is not plain data"
        return result

    for test in tests:
        try:
            exec(test, {"candidate": candidate})
        except Exception as error:
            failed.append(f"{test}: {type(error).__name__} {error}")
    return failed, space


took = []
for problem in json.load(sys.stdin):
    name, tests = problem["entry_point"], [ast.unparse(test) for test in ast.parse(problem["test"]).body[0].body]
    failed, space = failing(problem, tests)
    for line in failed:
        print(name, line)
    for default in (None, 0, 1, "", [], {}, set(), ()):
        if not failing(problem, tests, lambda *args: copy.copy(default))[0]:
            print(name, f"passes with an aux that returns {default!r}")
    examples = doctest.DocTestParser().get_doctest(space[name].__doc__, space, name, None, 0)
    wrong = []  # printed later: doctest holds stdout while it runs
    doctest.DocTestRunner().run(examples, out=wrong.append)
    if wrong:
        print(name, *wrong)
print(*[f"a call took {seconds:.3f} s" for seconds in took if seconds > 0.05])
"""


def statements(function: ast.FunctionDef) -> int:
    """How many statements a function has at any depth, without its docstring."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return len(nodes) - (ast.get_docstring(function) is not None)


def function(source: str) -> ast.FunctionDef:
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    return node


def test_there_are_enough_and_no_name_twice() -> None:
    names = [row["entry_point"] for rows in ROWS.values() for row in rows]
    assert len(set(names)) == len(names) >= 80
    assert min(len(rows) for rows in ROWS.values()) >= 8
    assert all([row["entry_point"] for row in rows] == sorted(row["entry_point"] for row in rows) for rows in ROWS.values())


def test_no_two_are_alike() -> None:
    """Neither in the words of the specification nor in a function."""

    def triples(prompt: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z]+", (ast.get_docstring(ast.parse(prompt).body[-1]) or "").partition(">>>")[0].lower())  # type: ignore[arg-type]
        return set(zip(words, words[1:], words[2:]))

    told = {name: triples(row["prompt"]) for name, row in PROBLEMS.items()}
    for one, other in combinations(told, 2):
        assert len(told[one] & told[other]) < 0.2 * min(len(told[one]), len(told[other])), (one, other)
    bodies = [ast.dump(ast.Module(function(row[part]).body[1:], [])) for row in PROBLEMS.values() for part in ("aux", "main")]
    assert len(set(bodies)) == len(bodies)


def test_reference_pairs_work_and_need_both_functions() -> None:
    """Tests and examples pass; with an aux that returns nothing of use some test fails; arguments stay as they were."""
    given = json.dumps(list(PROBLEMS.values()))
    result = subprocess.run([sys.executable, "-I", "-c", RUN], input=given, capture_output=True, text=True, timeout=120)
    assert (result.stdout.strip(), result.stderr) == ("", "")


@pytest.mark.parametrize("split", SHIPPED)
def test_shipped_file_holds_these_problems(split: str) -> None:
    shipped = [json.loads(line) for line in data_file("coophe", split).splitlines()]
    assert shipped == [parse(row).fields() for row in ROWS[split]]


@pytest.mark.parametrize("name", PROBLEMS)
def test_form(name: str) -> None:
    row = PROBLEMS[name]
    text = "".join(row.values())
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= LONGEST_LINE

    *imports, head = ast.parse(row["prompt"]).body
    modules = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
    assert modules <= set(IMPORTABLE)
    assert isinstance(head, ast.FunctionDef)
    assert len(head.body) == 1
    document = ast.get_docstring(head) or ""
    assert not re.search(r"\baux\b|\bhelper\b", document), "the specification says nothing of the helper"
    examples = doctest.DocTestParser().get_examples(document)
    assert 2 <= len(examples) <= 3
    assert all(example.want and name in example.source for example in examples)

    aux, main = function(row["aux"]), function(row["main"])
    for node in (aux, main):
        assert node.returns
        assert all(argument.annotation for argument in [*node.args.args, *node.args.kwonlyargs])
        assert node.args.vararg is node.args.kwarg is None
        assert statements(node) >= LEAST_STATEMENTS
    use = usage(main)
    assert (use.called, use.wrapper, use.ignored) == (True, False, False)


@pytest.mark.parametrize("name", PROBLEMS)
def test_tests(name: str) -> None:
    """Six to twelve asserts at the top of check, all different, each about one call with literal arguments."""
    row = PROBLEMS[name]
    tests = function(row["test"]).body
    assert 6 <= len(tests) <= 12
    assert len(parse(row).suite) == len({ast.dump(test) for test in tests}) == len(tests)
    for test in tests:
        assert isinstance(test, ast.Assert)
        calls = [node for node in ast.walk(test) if isinstance(node, ast.Call) and ast.unparse(node.func) == "candidate"]
        assert len(calls) == 1
        assert not calls[0].keywords
        for argument in calls[0].args:
            ast.literal_eval(argument)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f(): ...", "must define aux, f, check"),
        ("def f(): ...\ndef aux(): ...\ndef check(candidate): ...", "in this order"),
        ("LIMIT = 3\ndef aux(): ...\ndef f(): ...\ndef check(candidate): ...", "nothing else but imports"),
        ("def aux(): ...\ndef g(): ...\ndef check(candidate): ...", "must define aux, f, check"),
        ("def aux(): ...\ndef f(): ...\ndef check(candidate): ...", "no docstring"),
    ],
)
def test_another_form_is_an_error(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        problems.fields("f", source)


def test_sources_are_as_written() -> None:
    source = '''import math
from re import (
    sub,
)


def aux(n: int) -> int:
    # why
    return math.ceil(n)


def f(
    n: int,
) -> int:
    """Twice n.

    >>> f(1)
    2
    """
    return 2 * aux(n)  # how


def check(candidate):
    assert candidate(1) == 2
'''
    found = problems.fields("f", source)
    imports, aux, main, test = re.split(r"\n\n\n", source)
    assert found == {
        "prompt": imports + "\n\n\n" + main.partition("    return")[0],
        "entry_point": "f",
        "test": test,
        "aux": aux + "\n",
        "main": main + "\n",
    }


def test_unknown_split_names_the_choices() -> None:
    with pytest.raises(ValueError, match="train, val, test"):
        problems.read("dev")


def test_an_installed_package_says_where_problems_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="problems come with a checkout or the sdist"):
        problems.read("train")
