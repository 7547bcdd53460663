"""The process that runs one program: it loads the code, then answers calls until it is killed.

Nothing in here is trusted once the program has been loaded, and nothing in here is worth stealing: tests, expected values and
verdicts never enter this process. Whatever it sends is an answer, as good as a guess.
"""

from __future__ import annotations

import builtins
import gc
import importlib.machinery
import math
import os
import random
import sys
import types
from typing import Any

from . import modules, wire

PROGRAM = "program"


def serve(channel: int) -> None:
    """Read a program from ``channel``, load it, answer calls. Never returns."""
    try:
        _prepare()
        # A module like any other: dataclasses and the like look up where a class comes from.
        program = types.ModuleType(PROGRAM)
        sys.modules[PROGRAM] = program
        namespace = vars(program)
        namespace.update(__builtins__=builtins, math=math)
        code = _read(channel)["code"]
        try:
            exec(compile(code, "<program>", "exec", dont_inherit=True), namespace)
        except BaseException as error:
            _write(channel, _raised(error))
        else:
            _write(channel, {"ok": None})
        while True:
            _write(channel, _answer(namespace, _read(channel)))
    finally:
        os._exit(0)


def _prepare() -> None:
    # The modules of the list can be imported and no others, the same on every machine and in every version; see ``modules.py``.
    builtins.__import__ = _import
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not importlib.machinery.PathFinder]
    sys.argv[:] = [""]
    sys.orig_argv[:] = []
    random.seed(0)
    if "platform" in sys.modules:  # It keeps the name of the machine.
        sys.modules["platform"]._uname_cache = None  # type: ignore[attr-defined]
    gc.enable()


_import_any = builtins.__import__


def _import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    if level == 0 and globals and globals.get("__name__") == PROGRAM and name not in modules.IMPORTABLE:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import_any(name, globals, locals, fromlist, level)


def _answer(namespace: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    try:
        arguments, keywords = wire.unpack(call["args"])
        value = namespace[call["name"]](*arguments, **keywords)
    except BaseException as error:
        return {"id": call["id"], **_raised(error)}
    try:
        return {"id": call["id"], "ok": wire.pack(value)}
    except BaseException as error:
        return {"id": call["id"], "odd": str(error)[:200]}


def _raised(error: BaseException) -> dict[str, Any]:
    known = next(kind.__name__ for kind in type(error).__mro__ if getattr(builtins, kind.__name__, None) is kind)
    try:
        said = error.args[0] if len(error.args) == 1 and type(error.args[0]) is str else str(error)
    except BaseException:
        said = ""
    return {"raised": [known, type(error).__name__[:100], said[:500]]}


def _read(channel: int) -> Any:
    length = int.from_bytes(_exactly(channel, 4), "big")
    return wire.from_body(_exactly(channel, length))


def _exactly(channel: int, count: int) -> bytes:
    data = os.read(channel, count)
    while len(data) < count:
        more = os.read(channel, count - len(data))
        if not more:
            os._exit(0)
        data += more
    return data


def _write(channel: int, message: dict[str, Any]) -> None:
    frame = wire.to_frame(message)
    if len(frame) > wire.MOST_ANSWER:
        frame = wire.to_frame({"id": message.get("id"), "odd": f"an answer of more than {wire.MOST_ANSWER} bytes"})
    while frame:
        frame = frame[os.write(channel, frame) :]
