"""Cooperative coding problems written for this project: a folder for each split, a module for each problem.

A module is named after its entry point, imports what its two functions need, and defines, in this order:

- ``aux``: the helper of the reference pair, with real work of its own;
- the entry point: the other function of the pair, which calls ``aux`` and goes on from what it returns. Signature and
  docstring are the problem as the agents read it, so that they say nothing of ``aux``;
- ``check(candidate)``: the tests, one ``assert`` each.

The modules are read as text and never imported. ``python -m collm_envs.data coophe`` makes the shipped splits of them, in a
checkout: what is installed has the splits alone.
"""

from __future__ import annotations

import ast
from pathlib import Path

from collm_envs.core.checks import one_of
from collm_envs.core.taskset import SHIPPED

HELPER, TEST = "aux", "check"
FOLDER = Path(__file__).parent


def read(split: str) -> list[dict[str, str]]:
    """The problems of a split in the order of their names, as fields of the CoopHE task.

    Each is a dict of sources: ``prompt`` (the module's imports, the entry point's signature and docstring), ``test``
    (``check``), ``aux`` and ``main`` (the reference pair); and the name ``entry_point``.

    Raises:
        ValueError: for a split other than train, val and test, and for a module of another form; the message names it.
        FileNotFoundError: where the package is installed, and no checkout.
    """
    folder = FOLDER / one_of("split", split, SHIPPED)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder} is not there: problems come with a checkout or the sdist, a wheel has the splits made of them"
        )
    paths = folder.glob("*.py")
    return [fields(path.stem, path.read_text(encoding="utf-8")) for path in sorted(paths)]


def fields(entry_point: str, source: str) -> dict[str, str]:
    """The fields of one problem from the source of its module; errors as in `read`."""
    body = ast.parse(source, entry_point).body
    imports = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    wanted = [HELPER, entry_point, TEST]
    if list(functions) != wanted or len(imports) + len(functions) != len(body):
        raise ValueError(f"problem {entry_point} must define {', '.join(wanted)}, in this order, and nothing else but imports")
    main = functions[entry_point]
    if ast.get_docstring(main) is None:
        raise ValueError(f"problem {entry_point} has no docstring, which would be its specification")
    lines = source.splitlines(keepends=True)

    def text(first: ast.stmt, last: ast.stmt) -> str:
        return "".join(lines[first.lineno - 1 : last.end_lineno])

    header = "".join(text(node, node) for node in imports)
    return {
        "prompt": (f"{header}\n\n" if header else "") + text(main, main.body[0]),
        "entry_point": entry_point,
        "test": text(functions[TEST], functions[TEST]),
        "aux": text(functions[HELPER], functions[HELPER]),
        "main": text(main, main),
    }
