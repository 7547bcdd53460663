"""The generator of coding problems: its texts, its tests and its pairs of functions, which run in a process of their own."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from functools import lru_cache

import pytest

from collm_envs.coding.generate import generate
from collm_envs.coding.stages.catalogue import ALL_ENDINGS, ALL_STEPS
from collm_envs.coding.stages.chain import LEVELS, draw_chain, draw_tests
from collm_envs.coding.stages.stage import fill
from collm_envs.coding.stages.stories import STORIES
from collm_envs.core.taskset import ALL_DIFFICULTIES, DIFFICULTIES

FEW, MANY = 120, 3000

# Reads problems, one JSON object a line, and writes what is wrong with any of them.
CHECKER = r"""
import ast, doctest, json, sys

def outcome(check, *arguments):
    try:
        check(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None

def examples(space, prompt):
    text = ast.get_docstring(ast.parse(prompt).body[-1]) + "\n"
    for example in doctest.DocTestParser().get_examples(text):
        got = repr(eval(example.source, space))
        assert got == example.want.strip(), f"{example.source.strip()} is {got}"

for number, line in enumerate(sys.stdin):
    problem, space = json.loads(line), {}
    exec(problem["aux"] + "\n" + problem["main"] + "\n" + problem["test"], space)
    check, main = space["check"], space[problem["entry_point"]]
    wrong = [("tests", outcome(check, main)), ("examples", outcome(examples, space, problem["prompt"]))]
    helper = space["aux"]
    space["aux"] = lambda *arguments: None
    if outcome(check, main) is None:
        wrong.append(("aux", "the tests pass without it"))
    for name, guess in [
        ("input", lambda *arguments: arguments[0]),
        ("length", lambda *arguments: len(arguments[0])),
        ("None", lambda *arguments: None),
        ("aux alone", lambda *arguments: helper(*arguments[: helper.__code__.co_argcount])),
    ]:
        if outcome(check, guess) is None:
            wrong.append((name, "passes all tests"))
    for what, message in wrong:
        if message:
            print(number, what, message)
"""


@lru_cache
def draws(level: str, count: int) -> tuple[dict[str, str], ...]:
    return tuple(generate(random.Random(f"{level}/{index}"), level) for index in range(count))


def complaints(problems: tuple[dict[str, str], ...]) -> str:
    lines = "\n".join(map(json.dumps, problems))
    done = subprocess.run([sys.executable, "-I", "-c", CHECKER], input=lines, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def function(source: str) -> ast.FunctionDef:
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    return node


def statements(source: str) -> int:
    """Statements inside a function, nested ones too, its docstring not."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(function(source))) - 1


def answers(problem: dict[str, str]) -> list[str]:
    """The expected values as source."""
    asserts = function(problem["test"]).body
    return [ast.unparse(line.test.comparators[0]) for line in asserts]


levels = pytest.mark.parametrize("level", DIFFICULTIES)


def test_the_checker_complains():
    honest = draws("easy", FEW)[0]
    head = honest["main"].split("\n")[0]
    assert complaints((honest,)) == ""
    assert "tests" in complaints(({**honest, "main": f"{head}\n    return 'no answer'\n"},))
    assert "the tests pass without it" in complaints(({**honest, "test": "def check(candidate):\n    pass\n"},))
    assert "examples" in complaints(({**honest, "prompt": f'{head}\n    """Wrong.\n\n    >>> 1 + 1\n    3\n    """\n'},))


@pytest.mark.parametrize("level", ALL_DIFFICULTIES)
def test_pairs_pass_and_ablations_fail(level):
    assert complaints(draws(level, FEW)) == ""


@pytest.mark.slow
@levels
def test_pairs_pass_and_ablations_fail_in_many(level):
    assert complaints(draws(level, MANY)) == ""


def test_same_in_every_process():
    script = (
        "import hashlib, json, random; from collm_envs.coding.generate import generate; "
        f"print(hashlib.sha256(json.dumps([generate(random.Random(f'{{level}}/{{i}}'), level) for level in {ALL_DIFFICULTIES} "
        f"for i in range({FEW})]).encode()).hexdigest())"
    )
    here = hashlib.sha256(json.dumps([problem for level in ALL_DIFFICULTIES for problem in draws(level, FEW)]).encode()).hexdigest()
    for seed in ("0", "4711"):
        done = subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True)
        assert done.stdout.strip() == here, done.stderr


def test_nothing_but_the_generator_given_decides():
    random.seed(1)
    state = random.getstate()
    first = [generate(random.Random(index), "hard") for index in range(20)]
    again = [generate(random.Random(index), "hard") for index in reversed(range(20))]
    assert first == again[::-1]
    assert random.getstate() == state


def test_unknown_difficulty():
    with pytest.raises(ValueError, match="tiny, easy, medium, hard"):
        generate(random.Random(0), "extreme")


@levels
def test_texts(level):
    for problem in draws(level, FEW):
        head = function(problem["prompt"])
        assert list(problem) == ["prompt", "entry_point", "test", "aux", "main"]
        assert all(text.isascii() for text in problem.values())
        assert head.name == problem["entry_point"]
        assert head.name not in ("aux", "candidate", "check", *(argument.arg for argument in head.args.args))
        assert head.returns is not None
        assert all(argument.annotation for argument in head.args.args)
        text = ast.get_docstring(head) or ""
        assert all(f"`{argument.arg}`" in text for argument in head.args.args)
        assert text.count(">>> ") in (2, 3)
        words = text.split("\n>>> ")[0]
        assert "$" not in words
        assert "remaining remaining" not in words
        assert all(
            len(line) <= 88 for line in problem["prompt"].splitlines()[1:] if line and ">>>" not in line and line[4] not in "[{('"
        )


@levels
def test_tests(level):
    for problem in draws(level, FEW):
        check = function(problem["test"])
        assert check.name == "check"
        assert 6 <= len(check.body) <= 12
        inputs = []
        for line in check.body:
            assert isinstance(line, ast.Assert)
            assert isinstance(line.test, ast.Compare)
            call = line.test.left
            assert isinstance(call, ast.Call)
            assert ast.unparse(call.func) == "candidate"
            inputs.append([ast.literal_eval(argument) for argument in call.args])
            ast.literal_eval(line.test.comparators[0])
        assert len({repr(one) for one in inputs}) == len(inputs)
        assert any(len(one[0]) < 2 for one in inputs)
        expected = Counter(answers(problem))
        assert len(expected) >= 3
        assert max(expected.values()) <= len(check.body) / 2


@levels
def test_both_functions_work(level):
    for problem in draws(level, FEW):
        head, aux, main = function(problem["prompt"]), function(problem["aux"]), function(problem["main"])
        assert (aux.name, main.name) == ("aux", head.name)
        assert ast.unparse(main.args) == ast.unparse(head.args)
        assert len(aux.body) >= 3
        assert len(main.body) >= 3
        call = main.body[0]
        assert isinstance(call, ast.Assign)
        assert ast.unparse(call.value).startswith("aux(")
        handed = ast.unparse(call.targets[0])
        used = [node.id for line in main.body[1:] for node in ast.walk(line) if isinstance(node, ast.Name)]
        assert handed in used
        assert "aux" not in used
        assert isinstance(aux.body[-1], ast.Return)
        assert isinstance(main.body[-1], ast.Return)


def test_tiny_problems_are_eight_of_two_and_three_lines():
    problems = draws("tiny", FEW)
    assert len({problem["prompt"] for problem in problems}) == 8
    for problem in problems:
        assert (len(function(problem["aux"]).body), len(function(problem["main"]).body)) == (1, 2)
        assert max(len(problem[name]) for name in ("prompt", "aux", "main")) < 80
        assert len(set(answers(problem))) == len(answers(problem)) == 4


def test_tiny_tests_tell_the_problems_apart():
    """Neither another problem's pair nor one function without the other passes."""
    by_name = {problem["entry_point"]: problem for problem in draws("tiny", FEW)}
    for problem in draws("tiny", 24):
        others = [other for name, other in by_name.items() if name != problem["entry_point"]]
        swapped = [
            {**problem, **{part: other[part].replace(other["entry_point"], problem["entry_point"]) for part in ("aux", "main")}}
            for other in others
        ]
        found = complaints(tuple(swapped))
        assert all(f"{number} tests " in found for number in range(len(others)))


def test_difficulties_differ():
    for size in (lambda one: statements(one["aux"]), lambda one: statements(one["main"]), lambda one: len(one["prompt"])):
        easy, medium, hard = (sum(map(size, draws(level, FEW))) / FEW for level in DIFFICULTIES)
        assert 1.1 * easy < medium
        assert 1.1 * medium < hard
    arguments = [sum(len(function(one["prompt"]).args.args) > 1 for one in draws(level, FEW)) for level in DIFFICULTIES]
    assert arguments[0] == 0 < arguments[1] < arguments[2]


@levels
def test_few_repeat(level):
    problems = draws(level, FEW)
    assert len({problem["prompt"] for problem in problems}) == FEW
    assert len({problem["entry_point"] for problem in problems}) > FEW / 2


def composition(level: str, index: int) -> tuple[object, ...]:
    """Kind of input, stages and constants, whatever story and wording."""
    rng = random.Random(f"{level}/{index}")
    while True:
        chain = draw_chain(rng, LEVELS[level])
        if draw_tests(chain, LEVELS[level], rng):
            return chain.story.kind, tuple((link.stage.say, link.number) for link in chain.links), chain.open


@pytest.mark.slow
@pytest.mark.parametrize(("level", "share"), [("easy", 0.92), ("medium", 0.98), ("hard", 0.99)])
def test_few_of_many_repeat(level, share):
    assert len({problem["prompt"] for problem in draws(level, MANY)}) >= 0.99 * MANY
    assert len({composition(level, index) for index in range(MANY)}) >= share * MANY


def values_by_kind() -> dict[str, list[tuple[str, object]]]:
    """Values that stages meet, with their spelling."""
    pool: dict[str, dict[str, object]] = {}
    rng = random.Random(0)
    for _ in range(1500):
        chain = draw_chain(rng, LEVELS["hard"])
        for link, value in zip(chain.links, chain.trace(chain.draw(rng))):
            pool.setdefault(link.stage.takes, {})[repr(value)] = value
    return {kind: sorted(found.items())[:: max(1, len(found) // 40)] for kind, found in pool.items()}


def test_every_stage_means_what_its_source_says():
    pool = values_by_kind()
    lines = ["results = []"]
    meant = []
    for number, stage in enumerate((*ALL_STEPS, *ALL_ENDINGS)):
        assert len(pool[stage.takes]) >= 20
        for source in stage.code:
            body = fill(source, {"x": "given", "y": "made", "k": "number"}).splitlines()
            lines += ["def stage(given, number):", *(f"    {line}" for line in body), "    return made"]
            for place, (spelled, value) in enumerate(pool[stage.takes]):
                knob = stage.knob.low + place % (stage.knob.high - stage.knob.low + 1) if stage.knob else 0
                lines.append(f"results.append(({number}, {spelled!r}, repr(stage({spelled}, {knob}))))")
                meant.append((number, spelled, repr(stage.of(value, knob))))
                assert repr(value) == spelled, "a stage changes its input"
    done = subprocess.run([sys.executable, "-I", "-"], input="\n".join([*lines, "print(results)"]), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for got, expected in zip(ast.literal_eval(done.stdout), meant, strict=True):
        assert got == expected


def bound(source: str) -> set[str]:
    """Names that a stage's source binds besides ``$y``."""
    tree = ast.parse(fill(source, {"x": "given", "y": "made", "k": "number"}))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return (names | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}) - {"made"}


def test_names_never_clash():
    """A stage's own names hide no argument and no result that another stage still needs."""
    knobs = {stage.knob.name for stage in (*ALL_STEPS, *ALL_ENDINGS) if stage.knob}
    results = {stage.out for stage in ALL_STEPS} | {"result"}
    params = {story.param for stories in STORIES.values() for story in stories}
    assert not knobs & results
    assert not knobs & params
    assert not results & params
    for stage in (*ALL_STEPS, *ALL_ENDINGS):
        for source in stage.code:
            assert not bound(source) & {*knobs, *results, *params, stage.out}, (stage.takes, stage.say)
