"""Scripted coders, as yardsticks: what chance, a good but lonely coder and a perfect pair earn."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from collm_envs.coding import reading
from collm_envs.coding.completion import Part, read_part
from collm_envs.coding.problem import Problem
from collm_envs.coding.usage import AUX
from collm_envs.core.task import Policy, silent

if TYPE_CHECKING:
    from collm_envs.coding.coophe import CoopHE

_TRIVIAL = f'''def {AUX}(value: object) -> object:
    """The value as it is."""
    return value
'''
_PROSE = (
    "I would begin with the examples in the docstring.",
    "The other coder should take care of the empty case.",
    "Here is the function:",
    "Hope this helps!",
)
# What a function may return that nobody knows how to write, by the beginning of its annotation.
_GUESSES = {"bool": "False", "int": "0", "float": "0.0", "str": '""', "list": "[]", "dict": "{}", "tuple": "()", "set": "set()"}


def random(task: CoopHE, problem: Problem, agent: int, rng: Random, turn: int = 1) -> str:
    """Sentences, a piece of the prompt, or code that works cut off or with a line left out."""
    code, kind = _code(problem, agent), rng.randrange(4)
    if kind == 0:
        return " ".join(rng.choice(_PROSE) for _ in range(rng.randint(1, 3)))
    if kind == 1:
        lines = problem.prompt.split("\n")
        return "\n".join(lines[rng.randrange(len(lines)) :])
    if kind == 2:
        return code[: rng.randrange(len(code))]
    lines = code.split("\n")
    del lines[rng.randrange(len(lines))]
    return "\n".join(lines)


def greedy(task: CoopHE, problem: Problem, agent: int, rng: Random, turn: int = 1) -> str:
    """A helper of no use to anybody; a main function that does all by itself."""
    return _alone(problem) if agent else _TRIVIAL


def oracle(task: CoopHE, problem: Problem, agent: int, rng: Random, turn: int = 1) -> str:
    """Its function of the reference pair; for a problem without one, the best guess at a function and a call of the helper."""
    return _code(problem, agent)


def _code(problem: Problem, agent: int) -> str:
    if problem.aux and problem.main:
        return problem.main if agent else problem.aux
    return _guess(problem, f"{AUX}(None)") if agent else _TRIVIAL


def _guess(problem: Problem, before: str = "") -> str:
    value = next((value for kind, value in _GUESSES.items() if problem.returns.lower().startswith(kind)), "None")
    steps = [f"    seen = {before}", "    if seen is not None:", "        return seen"] if before else []
    return "\n".join([problem.signature, *steps, f"    return {value}", ""])


@lru_cache(maxsize=512)
def _alone(problem: Problem) -> str:
    """The reference pair as one function, the helper nested in the main function."""
    aux, main = _part(problem, AUX, problem.aux), _part(problem, problem.entry_point, problem.main)
    if not (aux.code and main.code) or aux.fault or main.fault:
        return problem.main or _guess(problem)
    function = reading.parse(main.code).body[0]
    assert isinstance(function, ast.FunctionDef)
    # The docstring stays first.
    function.body[ast.get_docstring(function) is not None : 0] = reading.parse(aux.code).body
    return "\n\n".join(filter(None, (aux.support, main.support, ast.unparse(function)))) + "\n"


def _part(problem: Problem, name: str, text: str) -> Part:
    return read_part(text, name, (AUX, problem.entry_point))


COOPHE: Mapping[str, Policy] = {"silent": silent, "random": random, "greedy": greedy, "oracle": oracle}
