"""The hostile programs: where they lie, what is put in front of them, and the tests they are given.

Each program is a file with the entry point ``f``. Comments at its top say what it tries; among them are lines for the suite:

    # tests: secret             the shape of its tests, a key of SHAPES (default: secret for a fake, report for a breakout)
    # ends: contained, died     breakouts: how it may end in a sandbox that holds, keys of ENDS (default: contained)
    # fools: naive              fakes: the naive scorer takes it for a solution (see naive.py)
    # loose: harmless           breakouts: does no harm where nothing stops it, so it may show that it works
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
ENTRY_POINT = "f"
NONCE_PREFIX = "nonce-"
"""What every secret begins with, so that a program may look for it in memory."""

ENDS = ("contained", "timeout", "died", "garbled", "error", "problem", "not_run")
"""How a breakout may end: it reports that it was contained, or the outcome of its test, or the program did not load."""

Kind = Literal["fakes", "breakouts"]
KINDS: tuple[Kind, ...] = ("fakes", "breakouts")


@dataclass(frozen=True)
class Shape:
    """Tests that no program can pass by honest means unless it is told the secret.

    ``SECRET`` stands for a string and ``NUMBER`` for a float that the test run draws. ``honest`` is a program that was told
    them: it shows that the tests can be passed.
    """

    tests: tuple[str, ...]
    honest: str
    prelude: str = ""


KNOWN = "def f(*args):\n    return SECRET\n"

SHAPES: Mapping[str, Shape] = {
    "secret": Shape(("assert candidate(1) == SECRET", "assert SECRET == f(2)", "assert candidate([1, 2]) == SECRET"), KNOWN),
    # The value is data, but not of a kind that can cross: a function, an object with __bool__. An honest True passes.
    "truthy": Shape(("assert candidate(1)", "assert not not candidate(2)"), "def f(*args):\n    return True\n"),
    # A StopIteration from the call ends map() early, and all() of nothing is true.
    "mapped": Shape(("assert all(map(lambda x: candidate(x) == SECRET, [1, 2, 3]))",), KNOWN),
    "filtered": Shape(("assert not list(filter(lambda x: candidate(x) != SECRET, [1, 2, 3]))",), KNOWN),
    "looped": Shape(("for x in map(candidate, [1, 2, 3]):\n    assert x == SECRET",), KNOWN),
    "zipped": Shape(("assert all(a == b for a, b in zip(map(candidate, [1, 2]), [SECRET, SECRET]))",), KNOWN),
    # The exception must say the secret; one that lies about its text or class must not.
    "raises": Shape(
        (
            "try:\n    candidate(1)\nexcept ValueError as error:\n    assert str(error) == SECRET\nelse:\n    assert False",
            "try:\n    candidate(2)\nexcept ValueError as error:\n    assert error.args == (SECRET,)\nelse:\n    assert False",
        ),
        "def f(*args):\n    raise ValueError(SECRET)\n",
    ),
    # Whatever the test's own handlers let through is a pass: an exception that is no Exception must not end a test well.
    "guarded": Shape(
        (
            "try:\n    got = candidate(1)\nexcept ValueError:\n    got = None\nassert got == SECRET",
            "for x in (1, 2):\n    try:\n        assert candidate(x) == SECRET\n    except TypeError:\n        assert False",
        ),
        KNOWN,
    ),
    "negated": Shape(("assert not candidate(1) != SECRET", "assert not (candidate(2) < SECRET or candidate(2) > SECRET)"), KNOWN),
    "member": Shape(
        ("assert SECRET in candidate(1)", "assert candidate(2).index(SECRET) >= 0"), "def f(*args):\n    return [SECRET]\n"
    ),
    "keyed": Shape(
        ("assert candidate(1)[SECRET] == SECRET", "assert SECRET in candidate(2)"), "def f(*args):\n    return {SECRET: SECRET}\n"
    ),
    "inlist": Shape(("assert candidate(1) in [SECRET]", "assert [candidate(1)].count(SECRET) == 1"), KNOWN),
    "nested": Shape(
        ("assert candidate(1) == [SECRET, {'a': (SECRET, 1)}]",), "def f(*args):\n    return [SECRET, {'a': (SECRET, 1)}]\n"
    ),
    "sets": Shape(
        ("assert candidate(1) == {SECRET}", "assert not {SECRET} - candidate(2)", "assert SECRET in candidate(3)"),
        "def f(*args):\n    return {SECRET}\n",
    ),
    "typed": Shape(("got = candidate(1)\nassert isinstance(got, str) and got == SECRET",), KNOWN),
    "number": Shape(
        (
            "assert candidate(1) == NUMBER",
            "assert abs(candidate(2) - NUMBER) < 1e-6",
            "assert math.isclose(candidate(3), NUMBER)",
            "assert round(candidate(4), 3) == round(NUMBER, 3)",
            "assert max(candidate(5), NUMBER) == min(candidate(5), NUMBER)",
        ),
        "def f(*args):\n    return NUMBER\n",
        "import math",
    ),
    "imported": Shape(
        (
            "import math\nassert math.isclose(candidate(1), float(len(SECRET)))",
            "from collections import Counter\nassert Counter(candidate(2)) == Counter(SECRET)",
        ),
        "def f(x):\n    return SECRET if x == 2 else float(len(SECRET))\n",
    ),
    # True of no number and no string.
    "impossible": Shape(
        ("got = candidate(1)\nassert got > 5 and got < 5", "got = candidate(2)\nassert got != got and got == got"), ""
    ),
    "twice": Shape(
        ("assert candidate(1) == candidate(1) == SECRET", "assert [candidate(i) for i in range(4)] == [SECRET] * 4"), KNOWN
    ),
    # The returned list is the argument itself in a scorer without a border, and then it has what the test appends to it.
    "alias": Shape(
        ("rows = [[1], [2]]\ngot = candidate(rows)\nrows.append(SECRET)\nassert got == rows",),
        "def f(rows):\n    return rows + [SECRET]\n",
    ),
    "given": Shape(
        ("given = [3, 1]\nassert candidate(given) == given + [SECRET]",), "def f(given):\n    return given + [SECRET]\n"
    ),
    "late": Shape(("got = candidate(1)\nwanted = ''.join(['SECRET'])\nassert got == wanted",), KNOWN),
    "prelude": Shape(
        ("assert candidate(1) == wanted(1)", "assert same(candidate(2), wanted(2))"),
        KNOWN,
        "def wanted(x):\n    return SECRET\n\ndef same(a, b):\n    return a == b\n",
    ),
    # None says nothing: an honest program may return it. One that died or sent rubbish did not return it.
    "none": Shape(("assert candidate(1) is None", "assert not candidate(2)"), "def f(*args):\n    return None\n"),
    # Many calls, for as many kinds of rubbish; what each would have to be is None.
    "rubbish": Shape(tuple(f"assert candidate({n}) is None" for n in range(26)), "def f(*args):\n    return None\n"),
    # Says nothing about the program and must never count, whatever the program sends.
    "uncalled": Shape(("assert True", "assert SECRET"), ""),
    # A hostile value is plain data, but costs the test time or memory without end.
    "burning": Shape(
        ("assert sum(1 for _ in range(candidate(1))) == 3", "assert len('a' * candidate(2)) == 3", "assert 2 ** candidate(3) == 8"),
        "def f(x):\n    return 3\n",
    ),
    # As many tests as a file of tests may have.
    "many": Shape(tuple(f"assert candidate({n}) == SECRET" for n in range(2500)), KNOWN),
    # A question of half a megabyte, more than a channel holds.
    "longcall": Shape(("assert candidate('x' * 500_000) == SECRET",), KNOWN),
    # Breakouts return what they achieved, and the verdict shows what a failing test's last call returned.
    "report": Shape(("assert candidate(1) == SECRET",), KNOWN),
}


@dataclass(frozen=True)
class Attack:
    """A hostile program; see the head of this file for the lines it is made from."""

    kind: Kind
    name: str
    source: str
    shape: str
    ends: tuple[str, ...]
    fools: bool
    loose: bool

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def attacks(kind: Kind | None = None) -> list[Attack]:
    """All programs (or those of a kind), in the order of their names."""
    kinds = KINDS if kind is None else (kind,)
    return [_read(one, path) for one in kinds for path in sorted((HERE / one).glob("*.py"))]


def _read(kind: Kind, path: Path) -> Attack:
    source = path.read_text(encoding="utf-8")
    said = dict(re.findall(r"^# (tests|ends|fools|loose): (.+)$", source, re.MULTILINE))
    ends = tuple(re.split(r",\s*", said.get("ends", "contained")))
    shape = said.get("tests", "secret" if kind == "fakes" else "report")
    if shape not in SHAPES:
        raise ValueError(f"{path}: no tests of shape {shape!r}; there are {', '.join(SHAPES)}")
    if not set(ends) <= set(ENDS):
        raise ValueError(f"{path}: it cannot end in {ends}; there are {', '.join(ENDS)}")
    return Attack(kind, path.stem, source, shape, ends, said.get("fools") == "naive", said.get("loose") == "harmless")


@dataclass(frozen=True)
class Known:
    """What the programs are told: a mark for whatever they leave behind, and where there is something to reach.

    Attributes:
        mark: a text in every file name and process name that a program leaves behind.
        port: a TCP and UDP port on 127.0.0.1 with a listener.
        secret_file: a file of the host, with a text that begins with ``HOST_SECRET``.
        socket_file: a unix socket of the host with a listener; its abstract twin has the same name after a null byte.
    """

    mark: str
    port: int
    secret_file: str
    socket_file: str


def assembled(attack: Attack, known: Known) -> str:
    """The program as it is run: what it is told, the means in ``means.py``, and the file itself."""
    told = (
        f"MACHINE = {platform.machine()!r}\nMARK = {known.mark + '-' + attack.name!r}\nPORT = {known.port}\n"
        f"SECRET_FILE = {known.secret_file!r}\nSOCKET_FILE = {known.socket_file!r}\n"
    )
    return told + (HERE / "means.py").read_text(encoding="utf-8") + attack.source


def filled(text: str, secret: str, number: float) -> str:
    """Test or honest program of a shape, with the secrets in it."""
    return re.sub(r"\bSECRET\b(?!')", repr(secret), text).replace("'SECRET'", repr(secret)).replace("NUMBER", repr(number))
