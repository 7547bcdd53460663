"""From completions to a program: whatever a model wrote around, beside or instead of its function."""

from __future__ import annotations

import ast

import pytest

from collm_envs.coding.completion import STUB, given_code, read_pair, read_part
from collm_envs.coding.usage import Usage

AUX = "def aux(n):\n    return 2 * n"
MAIN = "def f(n):\n    v = aux(n)\n    return v + 1"


def part(text, name="f", support="keep"):
    return read_part(text, name, ("aux", "f"), support)


# -- where the function is --------------------------------------------------------------------------------------------

WRAPPED = {
    "bare": MAIN,
    "blank lines": f"\n\n{MAIN}\n\n",
    "byte order mark": f"\ufeff{MAIN}",
    "fence": f"```python\n{MAIN}\n```",
    "fence without a language": f"Here it is:\n```\n{MAIN}\n```\nIt adds one.",
    "tildes": f"~~~py\n{MAIN}\n~~~",
    "long fence": f"`````python\n{MAIN}\n`````",
    "unclosed fence": f"Sure!\n```python\n{MAIN}",
    "only a closing fence": f"{MAIN}\n```",
    "fence after words on the line": f"Here it is: ```python\n{MAIN}\n```",
    "fence in a list": "1. The function:\n\n   ```python\n" + "\n".join(f"   {line}" for line in MAIN.split("\n")) + "\n   ```",
    "two fences": f"First:\n```python\nimport re\n```\nthen:\n```python\n{MAIN}\n```",
    "output in a fence": f"```python\n{MAIN}\n```\nIt prints\n```text\ndef f(: 3\n```",
    "code outside of fences": f"{MAIN}\n\nRun it:\n```sh\npython f.py\n```",
    "prose around": f"Let's write it (it isn't hard:\n\n{MAIN}\n\nThis doesn't need more.",
    "prose with quotes": f'The """ opens a docstring.\n{MAIN}',
    "carriage returns": MAIN.replace("\n", "\r\n"),
    "old line ends": MAIN.replace("\n", "\r"),
    "all indented": "\n".join(f"    {line}" for line in MAIN.split("\n")),
    "after broken code": f"def g(x:\n    return x\n\n{MAIN}",
    "after an open bracket": f"table = [1, 2,\n{MAIN}",
    "before broken code": f"{MAIN}\n\ndef g(x:\n    return ''' x",
    "before a nul": f"{MAIN}\n\nx = '\x00",
    "twice": f"{MAIN}\n\n\ndef f(n):\n    return 0",
}


@pytest.mark.parametrize("how", WRAPPED)
@pytest.mark.parametrize("support", ["keep", "drop"])
def test_function_is_found(how, support):
    found = part(WRAPPED[how], support=support)
    assert found.code.rstrip() == MAIN
    assert found.defined
    assert not found.fault
    assert found.usage.called


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no `def f"),
        ("I would return the sum.", "no `def f"),
        ("return n + 1", "no `def f"),
        ("f = lambda n: n + 1", "no `def f"),
        ("def g(n):\n    return n", "no `def f"),
        ("async def f(n):\n    return n", "async def"),
        ("class Solution:\n    def f(self, n):\n        return n", "inside of something else"),
        ("def g(n):\n    def f(n):\n        return n\n    return f(n)", "inside of something else"),
        ("if True:\n    def f(n):\n        return n", "inside of something else"),
        ("# def f(n): return n", "no `def f"),
        ('"""\ndef f(n):\n    return n\n"""', "no `def f"),
        ("def f(n):\n    print(n)", "no return statement"),
        ("def f(n):\n    def g():\n        return n\n    g()", "no return statement"),
        ("def f(n):\n    'return n'\n    # return n", "no return statement"),
        ("def f(n):\n    total = 0\n    for i in ran", "no return statement"),
        ("def f(n):\n    '''return n'''\n    # return\n    x = = 1", "no return statement"),
        ("def f(n:\n    '''return n", ""),
        ("def ff(n): return n", "no `def f"),
        ("def f (n): return n", ""),
        ("def f(n):\n    for _ in n:\n        try:\n            x\n        finally:\n            return 1", ""),
        ("def f(n):\n    match n:\n        case 1:\n            return 1", ""),
    ],
)
def test_defined_or_why_not(text, reason):
    found = part(text)
    assert found.defined == (not reason)
    assert reason in found.missing


@pytest.mark.parametrize("cut", range(1, len(AUX)))
def test_completions_cut_in_the_middle(cut):
    found = part(AUX[:cut], "aux")
    assert found.code.rstrip() == (AUX[:cut].rstrip() if cut > len("def aux") else "")
    assert found.defined == (cut >= AUX.index("return") + len("return"))
    try:
        ast.parse(AUX[:cut])
    except SyntaxError:
        assert bool(found.fault) == bool(found.code)
    else:
        assert not found.fault


def test_a_fault_says_where_in_the_function():
    found = part("Some prose.\n\nimport re\n\n\ndef f(n):\n    x = 1\n    y = = 2\n    return y\n")
    assert found.fault.startswith("line 3, column 9: ")
    assert found.where == "y = = 2"
    assert found.support == "import re"


def test_docstrings_with_code_and_fences():
    text = (
        'def f(n):\n    """Like\n\n    ```\n    f(1)\n    ```\n\ndef f(n):\n    return 0\n\nand so on."""\n    return aux(n) + 1\n'
    )
    for whole in (text, f"```python\n{text}```", f"Here:\n{text}"):
        found = part(whole)
        assert found.usage == Usage(called=True, wrapper=True)
        assert found.code.rstrip() == text.rstrip()


# -- what stands beside it --------------------------------------------------------------------------------------------

BESIDE = """from __future__ import annotations
import re, math
from collections import Counter as C
LIMIT: int = 3
name: str
TABLE = {
    1: 2,
}
TABLE[2] = 3
LIMIT += 1
a = 1; b = 2
é = "ü"; c = é
class Box:
    def f(self): return 1
def helper(x):
    return aux(x)
async def later(): return 1
@cache
def f(n):
    return helper(n)
print(f(3))
for i in range(3):
    seen = i
"""


def test_support_code_is_kept():
    found = part(BESIDE)
    assert found.support.split("\n") == [
        "import re, math",
        "from collections import Counter as C",
        "LIMIT: int = 3",
        "TABLE = {",
        "    1: 2,",
        "}",
        "TABLE[2] = 3",
        "LIMIT += 1",
        "a = 1",
        "b = 2",
        'é = "ü"',
        "c = é",
        "class Box:",
        "    def f(self): return 1",
        "def helper(x):",
        "    return aux(x)",
        "async def later(): return 1",
    ]
    assert found.code == "@cache\ndef f(n):\n    return helper(n)"
    assert found.postponed
    assert part(BESIDE.replace("print(", "print((")).support == found.support, "the same beside broken code"


def test_support_code_is_dropped():
    found = part(BESIDE, support="drop")
    assert found.support == ""
    assert found.code == "def f(n):\n    return helper(n)"
    assert not found.postponed
    assert part(BESIDE.replace("return helper", "return = helper"), support="drop").code.startswith("def f")


@pytest.mark.parametrize(
    "line",
    [
        "aux = 3",
        "aux: int = 3",
        "x = aux = 3",
        "(x, *aux), y = 1",
        "x = (aux := 3)",
        "import aux",
        "from m import g as aux",
        "import aux.inner",
        "class aux: pass",
        "async def aux(): pass",
        "def aux(): return 1",
        "f = 1",
        "aux += 1",
        "result = f(3)",
        "result = [aux(i) for i in range(3)]",
        "n = int(input())",
        "name: int",
        "f(3)",
        "del re",
        "assert f(1) == 2",
        "if True: x = 1",
        "'text'",
    ],
)
def test_support_that_is_left_out(line):
    assert part(f"{line}\n{MAIN}").support == ""
    assert part(f"{MAIN}\n{line}").support == ""


def test_examples_of_use_are_left_out_to_the_last_line():
    found = part(
        f"{MAIN}\n\nnumbers = [1]\nresult = f(numbers)\nshown = str(result)\nresult = 5\nlazy = lambda: f(1)\nx = result\n"
    )
    assert found.support == "numbers = [1]\nresult = 5\nlazy = lambda: f(1)\nx = result"


def test_program_is_in_order():
    pair = read_pair((f"from __future__ import annotations\nimport re\nONE = 1\n{AUX}", f"import os\nTWO = 2\n{MAIN}\n{AUX}"), "f")
    program = pair.program("from typing import List")
    expected = [
        "from __future__ import annotations",
        "from typing import List",
        "import re\nONE = 1",
        AUX,
        "import os\nTWO = 2",
        MAIN,
    ]
    assert program == "\n\n".join(expected) + "\n"
    assert pair.program(stub=True) == program.replace("from typing import List\n\n", "").replace(AUX, STUB)
    space: dict = {}
    exec(compile(program.replace("import os", ""), "<program>", "exec"), space)
    assert space["f"](3) == 7


def test_pair_says_whether_it_runs():
    assert read_pair((AUX, MAIN), "f").runs
    assert read_pair(("", MAIN), "f").runs
    assert not read_pair((AUX, ""), "f").runs
    assert not read_pair((AUX + " +", MAIN), "f").runs
    assert not read_pair((AUX, MAIN + " +"), "f").runs
    assert not read_pair(("", MAIN), "f").mentions_aux
    assert not read_pair((AUX, "def f(n):\n    return n"), "f").mentions_aux
    assert read_pair((AUX, "def f(n):\n    return g(n)\ndef g(n):\n    return aux(n)"), "f").mentions_aux


def test_code_that_the_prompt_gives():
    prompt = 'import re\nfrom typing import List\nBASE = 7\ndef poly(x):\n    return x\n\ndef f(n: int) -> int:\n    """Doc."""\n'
    assert given_code(prompt, "f") == "import re\nfrom typing import List\nBASE = 7\ndef poly(x):\n    return x"
    assert given_code(prompt, "f", "drop") == "import re\nfrom typing import List"
    assert given_code("import re\ndef f(n: int) -> int:", "f") == "import re"
