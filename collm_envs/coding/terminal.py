"""CoopHE in a terminal: the two functions, what became of each test, and the reward."""

from __future__ import annotations

from collections.abc import Sequence

from collm_envs.coding import reward
from collm_envs.coding.completion import Part
from collm_envs.coding.problem import Problem
from collm_envs.core.prompting import printable
from collm_envs.core.task import Score

_WIDTH = 100
_MOST_LINES = 60
_GREEN, _YELLOW, _RED, _BOLD, _END = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[1m", "\x1b[0m"
_MARKS = {"passed": "+", "timeout": "T", "not_run": "."}
_WORTH = {
    "aux_defined": reward.AUX_DEFINED,
    "main_defined": reward.MAIN_DEFINED,
    "syntax": reward.SYNTAX,
    "tests": reward.TESTS,
    "aux_used": reward.AUX_USED,
    "not_wrapper": reward.NOT_WRAPPER,
    "ignored_call": 0.0,
}


def problem(instance: Problem, colour: bool) -> str:
    """The problem, and how many tests there are."""
    title = _painted(f"Problem: {instance.entry_point}, {len(instance.suite)} tests", _BOLD, colour)
    return f"{title}\n{_indented(instance.prompt)}"


def turn(instance: Problem, score: Score, roles: Sequence[str], colour: bool) -> str:
    """Both functions, a line per test and a line per reward term."""
    if score.evidence is None:
        return problem(instance, colour)
    evidence: reward.Evidence = score.evidence
    parts = [
        _part(f"coder_{number}: {role}", part, colour)
        for number, (role, part) in enumerate(zip(roles, (evidence.pair.aux, evidence.pair.main)))
    ]
    return "\n\n".join([*parts, _tests(evidence, colour), _terms(score, colour)])


def _part(title: str, part: Part, colour: bool) -> str:
    fault = ", ".join(filter(None, (part.missing, part.fault)))
    code = "\n\n".join(filter(None, (part.support, part.code)))
    lines = [_painted(title, _BOLD, colour)]
    if fault:
        lines.append("  " + _painted(_line(fault), _RED, colour))
    return "\n".join([*lines, _indented(code)] if code else lines)


def _tests(evidence: reward.Evidence, colour: bool) -> str:
    total, verdict = len(evidence.suite), evidence.verdict
    if verdict is None:
        return _painted(f"tests: none of {total} run", _BOLD, colour)
    lines = [_painted(f"tests: {verdict.passed} of {total} passed", _BOLD, colour)]
    if verdict.problem:
        lines.append("  " + _painted(_line(f"could not be loaded: {verdict.problem}"), _RED, colour))
    for test, result in zip(evidence.suite.shown, verdict.results):
        mark = _MARKS.get(result.outcome, "x")
        shade = _GREEN if mark == "+" else _YELLOW if mark in "T." else _RED
        lines.append(f"  {_painted(mark, shade, colour)} {_line(test)}")
        said = "; ".join(filter(None, (result.detail, result.call)))
        if said and not verdict.problem:
            lines.append(f"      {_line(f'{result.outcome}: {said}')}")
    return "\n".join(lines)


def _terms(score: Score, colour: bool) -> str:
    lines = []
    for name, most in _WORTH.items():
        value = score.terms[name]
        shade = _RED if value < 0 else _GREEN if value >= most else _YELLOW if value else _RED
        worth = f"{value:6.3f} of {most:.2f}" if most else f"{value:6.3f}"
        lines.append(f"{name:<20}{_painted(worth, shade, colour)}")
    metrics = score.metrics
    told = "the result changes without aux" if metrics["aux_matters"] else "the result does not change without aux"
    lines.append(_painted(f"{'reward':<20}{score.total:6.3f}", _BOLD, colour) + f"         {told}")
    return "\n".join(lines)


def _line(text: str) -> str:
    text = " ".join(printable(text).split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 4]} ..."


def _indented(text: str) -> str:
    lines = printable(text).strip("\n").split("\n")
    cut = [f"[{len(lines) - _MOST_LINES} more lines]"] if len(lines) > _MOST_LINES else []
    return "\n".join(f"  {line}".rstrip() for line in [*lines[:_MOST_LINES], *cut])


def _painted(text: str, shade: str, colour: bool) -> str:
    return f"{shade}{text}{_END}" if colour else text
