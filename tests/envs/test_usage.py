"""How the main function uses the helper, by its syntax tree."""

from __future__ import annotations

import ast

import pytest

from collm_envs import coophe_v0
from collm_envs.coding.usage import Usage, returns_value, usage


def function(text):
    return ast.parse(text).body[0]


def used(body, head="def f(n):"):
    return usage(function(f"{head}\n" + "\n".join(f"    {line}" for line in body.split("\n"))))


@pytest.mark.parametrize(
    "body",
    [
        "return 1 + aux(n)",
        "if False:\n    aux(n)\nreturn 1",
        "return [aux(i) for i in n]",
        "return sum(aux(i) for i in n)",
        "def inner(x):\n    return aux(x)\nreturn inner(n)",
        "g = lambda x: aux(x)\nreturn g(n)",
        "return aux (n)",
        "return aux(\n    n,\n)",
        "for v in aux(n): pass\nreturn 1",
        "with aux(n): return 1",
        "class A:\n    aux = 1\n    def g(self): return aux(1)\nreturn A().g()",
        "def inner(aux):\n    return aux(1)\nreturn inner(n) + aux(n)",
        "return aux(aux(n))",
    ],
)
def test_calls(body):
    assert used(body).called
    assert not used(body).own_name


@pytest.mark.parametrize(
    "body",
    [
        "# aux(n)\nreturn 1",
        "'aux(n)'\nreturn 'aux(n)'",
        "return n.aux(1)",
        "return auxiliary(n)",
        "g = aux\nreturn g(n)",
        "return list(map(aux, n))",
    ],
)
def test_no_calls(body):
    assert used(body) == Usage()


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("return aux(1)", "def f(aux):"),
        ("return aux(1)", "def f(n, *aux):"),
        ("aux = len\nreturn aux(n)", "def f(n):"),
        ("def aux(n): return n\nreturn aux(n)", "def f(n):"),
        ("class aux: pass\nreturn aux()", "def f(n):"),
        ("from m import aux\nreturn aux(n)", "def f(n):"),
        ("import math as aux\nreturn aux(n)", "def f(n):"),
        ("for aux in n: aux()\nreturn 1", "def f(n):"),
        ("return [aux(1) for aux in n]", "def f(n):"),
        ("try: pass\nexcept E as aux: pass\nreturn aux(1)", "def f(n):"),
        ("match n:\n    case [*aux]: return aux(1)", "def f(n):"),
        ("match n:\n    case {**aux}: return aux(1)", "def f(n):"),
        ("match n:\n    case aux: return aux(1)", "def f(n):"),
        ("global aux\naux = len\nreturn aux(1)", "def f(n):"),
        ("aux = len\ndef g(): return aux(1)\nreturn g()", "def f(n):"),
        ("return (lambda aux: aux(1))(len)", "def f(n):"),
        ("if (aux := len): return aux(n)", "def f(n):"),
        ("def g(aux): return aux(1)\nreturn g(len)", "def f(n):"),
    ],
)
def test_another_aux_is_not_the_helper(body, head):
    found = used(body, head)
    assert not found.called
    assert found.own_name


@pytest.mark.parametrize(
    ("body", "wrapper"),
    [
        ("return aux(n)", True),
        ("'Doc.'\nreturn aux(n)", True),
        ("'Doc.'\npass\n...\nreturn aux(n) + 1", True),
        ("return (\n    aux(n)\n    or 1\n)", True),
        ("v = aux(n)\nreturn v", True),
        ("v: int = aux(n)\nreturn v", True),
        ("'Doc.'", True),
        ("v = aux(n) + 1\nreturn v", False),
        ("v = aux(n)\nreturn v + 1", False),
        ("v = aux(n)\nreturn w", False),
        ("v = w = aux(n)\nreturn v", False),
        ("v, w = aux(n)\nreturn v", False),
        ("v = aux(n)\nv += 1\nreturn v", False),
        ("return n", False),
        ("if n: return aux(n)", False),
    ],
)
def test_thin_wrappers(body, wrapper):
    assert used(body).wrapper == wrapper


def test_the_manual_says_what_a_wrapper_is():
    """Its example is one, which nobody would guess."""
    said = " ".join(coophe_v0.__doc__.split())
    assert "one `return` in which `aux` is called anywhere (`return sorted(aux(x)) + [0]` is one)" in said
    assert used("return sorted(aux(x)) + [0]").wrapper
    assert not used("v = sorted(aux(x))\nreturn v").wrapper


@pytest.mark.parametrize(
    ("body", "ignored"),
    [
        ("aux(n)\nreturn 1", True),
        ("v = aux(n)\nreturn 1", True),
        ("v: int = aux(n)\nreturn 1", True),
        ("v, w = aux(n)\nreturn 1", True),
        ("_ = v = aux(n)\nreturn 1", True),
        ("(v := aux(n))\nreturn 1", True),
        ("v = aux(n)\nv = 2\ndel v\nreturn 1", True),
        ("for i in n:\n    aux(i)\nreturn 1", True),
        ("def g():\n    aux(n)\ng()\nreturn 1", True),
        ("aux(n)\nv = aux(n)\nreturn 1", True),
        ("aux(n)\nreturn aux(n)", False),
        ("v = aux(n)\nreturn v", False),
        ("v, w = aux(n)\nreturn w", False),
        ("if (v := aux(n)): return 1\nreturn 0", False),
        ("v = aux(n)\ndef g(): return v\nreturn g()", False),
        ("v = [aux(n)]\nreturn 1", False),
        ("v = 1 + aux(n)\nreturn 1", False),
        ("n.v = aux(n)\nreturn 1", False),
        ("n[0] = aux(n)\nreturn 1", False),
        ("global v\nv = aux(n)\nreturn 1", False),
        ("v = 1\nv += aux(n)\nreturn v", False),
        ("assert aux(n)\nreturn 1", False),
        ("n.append(aux(n))\nreturn 1", False),
        ("return 1", False),
    ],
)
def test_ignored_calls(body, ignored):
    assert used(body).ignored == ignored


def test_usage_has_no_alarm_for_what_is_used():
    """The reference says of the common pattern that its variable is never used."""
    found = used("v = aux(n)\nw = v + 1\nreturn w")
    assert found == Usage(called=True)


def test_returns_of_the_function_itself():
    assert returns_value(function("def f():\n    while 1:\n        with a: return"))
    assert not returns_value(function("def f():\n    class A:\n        def g(self): return 1"))
