"""Any text at all is read: soon, alike for every caller, and without harm to the interpreter."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collm_envs.coding import reading
from collm_envs.coding.completion import read_pair
from collm_envs.core.spaces import MAX_ACTION

from .test_completion import part

HOSTILE_UNITS = [
    "-", "not ", "(", "[", "{1:", "1+", "a.", "a()", "a[0]", "lambda:", "1 if 1 else ", "f'{", "*", "~", "2**", "1<", "a,", "a;",
    '"""', "'''", '"""\\"""', "```\n", "~~~\n", "@a\n", "a=\n", "a=1\n=\n", "def aux(", "def f(n):\n return aux(n)\n$\n", "(\n",
    ")\n", "'\n", "\\\n", "#\n", "import a\n", "x = [\n", "class A:\n", "\t\n", " \n", "\\'", "\r", "\x0c", "\u2028", "\ud800",
    "\x00", "\U0001f577=1\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE_UNITS)
@pytest.mark.parametrize("head", ["", "x = ", "def aux(n):\n    return ", "prose here\ndef f(n):\n  x = "])
def test_hostile_text_is_read_in_no_time(unit, head):
    """A second is twenty times what the worst takes here."""
    text = (head + unit * MAX_ACTION)[:MAX_ACTION]
    start = time.process_time()
    pair = read_pair((text, text), "f")
    assert time.process_time() - start < 2.0
    pair.program(stub=True).encode()


def test_deep_nesting_does_not_depend_on_the_caller():
    """What Python itself says of deep trees depends on its version and on how deep the caller is."""
    text = "def f(n):\n    return " + "lambda: " * 1200 + "1"
    assert "nested more than" in part(text).fault
    assert part("def f(n):\n    return " + "-" * 400 + "1").fault == ""

    def deeper(levels):
        return deeper(levels - 1) if levels else part("def f(n):\n    return " + "not " * 900 + "1")

    assert deeper(500) == deeper(0)


def test_deep_trees_leave_the_interpreter_alive():
    """In a process of its own, and in a thread, whose stack is the smaller one."""
    code = (
        "import threading\nfrom collm_envs.coding.completion import read_pair\nfrom collm_envs.core.spaces import MAX_ACTION\n"
        f"units = {HOSTILE_UNITS[:18]!r}\n"
        "def go():\n"
        "    for unit in units:\n"
        "        close = {'(': ')', '[': ']', '{': '}', '1+': '', 'f': \"}'\"}.get(unit[0], '')\n"
        "        most = (MAX_ACTION - 30) // (len(unit) + len(close))\n"
        "        for count in (most, 199, 900):\n"
        "            text = 'def f(n):\\n    return ' + unit * min(count, most) + 'x' + close * min(count, most)\n"
        "            read_pair((text, text), 'f')\n"
        "    print('alive')\n"
        "thread = threading.Thread(target=go); thread.start(); thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_warnings_of_the_parser_are_nobodys_business():
    text = "def f(n):\n    x = '\\d' + (1 is 1) + 0x1for x in y\n    assert (x, 'm')\n    return '\\d'"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        assert not part("def f(n):\n    return '\\d'").fault
        part(text)
        threads = [threading.Thread(target=lambda: [part("def f(n):\n    return '\\d'") for _ in range(50)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert warnings.filters == before


def test_odd_characters():
    assert part("def f(n):\n    return '\x00\ud800\u2028'").code == "def f(n):\n    return '\ufffd\ufffd\u2028'"
    assert part("def f(n):\n\treturn (n +\n\t\t1)").defined
    assert part("def f(n):\n    if n:\n\treturn 1\n        return 2").fault, "tabs and spaces that do not go together"
    assert part("# -*- coding: latin-1 -*-\ndef f(n):\n    return 'é'").code.endswith("'é'")
    assert part("def ﬁ(n):\n    return 1", "fi").defined, "Python takes compatibility characters for their plain form"


pieces = st.sampled_from(
    [
        "def aux(n):",
        "def f(n):",
        "\n",
        "\n    ",
        "\n\t",
        "return ",
        "aux(n)",
        "```",
        "\n```python\n",
        '"""',
        "'",
        "(",
        ")",
        "\\",
        "#",
        "\r\n",
    ]
    + [
        "import re\n",
        "x = 1\n",
        "@d\n",
        "class A:",
        "async ",
        "\x00",
        "\ud800",
        "n",
        " + 1",
        "if n: ",
        "lambda aux: ",
        "aux = 1",
        "\ufeff",
    ]
)
texts = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=25).map("".join))


@settings(max_examples=1000, deadline=None)
@given(aux=texts, main=texts, support=st.sampled_from(["keep", "drop"]))
def test_any_text_is_read(aux, main, support):
    pair = read_pair((aux, main), "f", support)
    for found in (pair.aux, pair.main):
        assert found.defined <= bool(found.code)
        assert not (found.fault and not found.code)
    program = pair.program(stub=True)
    program.encode()
    reading.parse(pair.aux.support)
    reading.parse(pair.main.support)
    if pair.parses:
        names = [node.name for node in reading.parse(pair.program()).body if isinstance(node, ast.FunctionDef)]
        assert names.count("aux") == bool(pair.aux.code)
        assert names.count("f") == bool(pair.main.code)


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_what_is_found_is_found_again(text):
    """The extracted code, read as a completion, gives itself."""
    found = part(text)
    again = part(found.code)
    assert (again.code, again.fault, again.defined) == (found.code, found.fault, found.defined)
