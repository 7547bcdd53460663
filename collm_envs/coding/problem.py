"""An instance of CoopHE: a function to write, its tests, and perhaps a pair of functions that does it."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from collm_envs.coding import reading, unit_tests
from collm_envs.coding.unit_tests import CANDIDATE, CHECK, Suite
from collm_envs.coding.usage import AUX
from collm_envs.core.checks import fields_of, text_of
from collm_envs.core.prompting import quotable
from collm_envs.core.spaces import MAX_ACTION
from collm_envs.core.taskset import Instance

LONGEST_PROMPT = 16_000
LONGEST_TEST = 100_000
LONGEST_NAME = 100
REQUIRED = ("prompt", "entry_point", "test")
OPTIONAL = ("aux", "main", "task_id")
_RESERVED = (AUX, CANDIDATE, CHECK)
_LONGEST = {"prompt": LONGEST_PROMPT, "entry_point": LONGEST_NAME, "test": LONGEST_TEST, "task_id": LONGEST_NAME}


@dataclass(frozen=True)
class Problem(Instance):
    """A cooperative coding problem in the format of HumanEval.

    Attributes:
        prompt: code that ends with the function's head and docstring.
        entry_point: the function's name.
        test: code with ``check(candidate)``.
        aux: a helper that works; "" if none is known.
        main: the function itself, with the help of ``aux``; "" if none is known.
        task_id: what the data set calls it; "" if nothing.
    """

    prompt: str
    entry_point: str
    test: str
    aux: str = ""
    main: str = ""
    task_id: str = ""

    @cached_property
    def suite(self) -> Suite:
        """The single tests."""
        return unit_tests.suite(self.test, self.entry_point, self.prompt)

    @cached_property
    def signature(self) -> str:
        """The head of the function, ``def f(n: int) -> int:``."""
        head = f"def {self.entry_point}({ast.unparse(self._definition.args)})"
        returns = self._definition.returns
        return f"{head} -> {ast.unparse(returns)}:" if returns else f"{head}:"

    @property
    def returns(self) -> str:
        """The annotation of what the function returns; "" without one."""
        returns = self._definition.returns
        return ast.unparse(returns) if returns else ""

    @property
    def _definition(self) -> ast.FunctionDef:
        return _definition(self.prompt, self.entry_point)

    def fields(self) -> dict[str, Any]:
        optional = {name: getattr(self, name) for name in OPTIONAL}
        return {name: getattr(self, name) for name in REQUIRED} | {name: text for name, text in optional.items() if text}

    @property
    def content(self) -> str:
        return self.prompt


def parse(given: Any) -> Problem:
    """A problem from ``{"prompt": str, "entry_point": str, "test": str}`` and, if known, ``aux``, ``main`` and ``task_id``.

    Lone surrogates are replaced.

    Raises:
        ValueError, TypeError: unless the prompt defines the entry point, and the test parses and tests it at least once; and
            for texts longer than the limits of this module.
    """
    data = fields_of("a CoopHE task", given, REQUIRED, OPTIONAL)
    texts = {name: quotable(text_of(name, text, _LONGEST.get(name, MAX_ACTION))) for name, text in data.items()}
    problem, name = Problem(**texts), texts["entry_point"]
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name) or name in _RESERVED:
        raise ValueError(f"entry_point must be an ASCII name other than {', '.join(_RESERVED)}, got {name!r}")
    problem.signature, problem.suite  # noqa: B018  (they raise for what cannot be read)
    return problem


def from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row of a data set in the format of HumanEval."""
    return {name: str(row[name]) for name in (*REQUIRED, "task_id") if row.get(name) is not None}


def _definition(prompt: str, name: str) -> ast.FunctionDef:
    """The function that a prompt asks for; a head without a body will do."""
    if not re.search(rf"def[ \t]+{name}[ \t]*\(", prompt):
        raise ValueError(f"prompt must contain `def {name}(`")
    for text in (prompt, f"{prompt}\n    pass"):
        block = reading.function(reading.statements(text, name), name)
        if block and isinstance(block.node, ast.FunctionDef):
            return block.node
    fault = block.fault if block else "it stands inside of something else, or is an `async def`"
    raise ValueError(f"prompt must define {name} as a function at the left margin: {fault}")
