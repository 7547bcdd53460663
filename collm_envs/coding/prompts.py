"""The prompts of CoopHE. Edit them here; nothing else depends on their wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from collm_envs.coding import reward
from collm_envs.coding.completion import Pair, Part
from collm_envs.coding.problem import Problem
from collm_envs.coding.usage import AUX
from collm_envs.core.prompting import quotable
from collm_envs.core.task import Score

if TYPE_CHECKING:
    from collm_envs.coding.coophe import CoopHE
    from collm_envs.coding.sandbox.verdicts import TestResult, Verdict

Expert = Callable[[Problem, str, str, Score], Sequence[str]]
"""``expert(problem, aux_code, main_code, score)`` returns a hint for the helper and one for the main function."""

FEEDBACK_MODES = {
    "level": "what was found of each function, syntax, the tests shown with what went wrong, how the helper is used",
    "level_passed": "a line for each of these, without details",
    "passed": "one line: whether all is well",
    "plain": "nothing but the request to revise",
    "expert": "a hint for each coder, from a function that you pass",
}

REQUEST = "Give your whole code again, revised. Code only."

_LONGEST_TEST, _LONGEST_DETAIL, _LONGEST_HINT = 600, 300, 8000
_MOST_FAILURES = 10

_CODE_ONLY = "- Answer with Python code only: no explanation, no examples of use, no tests."
_BESIDE = {
    "keep": "- Imports, constants, classes and further functions may stand beside it at the left margin; all else is left out.",
    "drop": "- Only this function is taken from your answer; import inside of it what it needs. `math` is there without an import.",
}


# -- turn 1 -----------------------------------------------------------------------------------------------------------


def opening(task: CoopHE, problem: Problem, agent: int) -> str:
    """Task and role of one coder."""
    return "\n".join([*(_main if agent else _aux)(task, problem), *_shared(task, problem)])


def _aux(task: CoopHE, problem: Problem) -> list[str]:
    return [
        "You are one of two coders who solve a problem together, at the same time, without seeing each other's code. "
        f"You write a helper function, `{AUX}`; the other coder writes `{problem.entry_point}`.",
        "",
        "The problem:",
        "",
        problem.prompt.strip("\n"),
        "",
        f"Write a function named `{AUX}` that works out something useful for `{problem.entry_point}`, and returns it as data.",
        f"The other coder knows that `{AUX}` exists, but not what parameters it takes or what it returns.",
        "",
        "Rules:",
        f"- Define `{AUX}` with `def` at the left margin; it must return something.",
        f"- Do not write `{problem.entry_point}`.",
        _BESIDE[task.support],
        _CODE_ONLY,
        "",
        "Skeleton:",
        "",
        f"def {AUX}(...):\n    ...\n    return ...",
    ]


def _main(task: CoopHE, problem: Problem) -> list[str]:
    name = problem.entry_point
    return [
        "You are one of two coders who solve a problem together, at the same time, without seeing each other's code. "
        f"You write `{name}`; the other coder writes a helper function, `{AUX}`.",
        "",
        "The problem:",
        "",
        problem.prompt.strip("\n"),
        "",
        f"Write `{name}`. The helper `{AUX}(...)` exists; its parameters and what it returns are the other coder's choice.",
        f"You may call `{AUX}` and use what it returns.",
        "",
        "Rules:",
        f"- Define `{name}` with `def` at the left margin; it must return something.",
        f"- Do not define `{AUX}`.",
        _BESIDE[task.support],
        _CODE_ONLY,
        "",
        "Skeleton:",
        "",
        f"{problem.signature}\n    ...\n    return ...",
    ]


def _shared(task: CoopHE, problem: Problem) -> list[str]:
    if not task.show_targets:
        return []
    name = problem.entry_point
    lines = [
        "",
        f"The reward is the team's, at most {reward.MAXIMUM:g}:",
        f"- {reward.AUX_DEFINED:g} if `{AUX}` is defined and returns something, {reward.MAIN_DEFINED:g} if `{name}` does; "
        f"without `{name}` no more.",
        f"- {reward.SYNTAX:g} if both parse; else no more.",
        f"- Up to {reward.TESTS:g} for the share of tests that pass.",
        f"- If some test passes: {reward.AUX_USED:g} if `{name}` calls `{AUX}`, and {reward.NOT_WRAPPER:g} more if it does work "
        f"of its own rather than only hand on what `{AUX}` returns.",
    ]
    if task.ignored_call_penalty:
        lines.append(f"- {reward.IGNORED_CALL:g} less if `{name}` calls `{AUX}` and makes no use of what that returns.")
    return lines


# -- later turns ------------------------------------------------------------------------------------------------------


def reviews(task: CoopHE, problem: Problem, score: Score) -> Sequence[str]:
    """What each coder hears about the previous turn. No code of the other coder is in it."""
    if task.feedback == "expert":
        return _hints(task, problem, score)
    if task.feedback == "plain":
        return ("", "")
    evidence: reward.Evidence = score.evidence
    numbers = shown(len(problem.suite), task.shown_tests)
    if task.feedback == "passed":
        return (_passed(evidence, numbers),) * 2
    tell = _level if task.feedback == "level" else _level_passed
    return tuple(quotable(tell(problem, evidence, numbers, agent)) for agent in range(2))


def shown(total: int, wanted: int) -> range:
    """Which of ``total`` tests feedback speaks of: the first N, the last N if negative, all if 0."""
    if wanted < 0:
        return range(max(0, total + wanted), total)
    return range(min(total, wanted or total))


def _hints(task: CoopHE, problem: Problem, score: Score) -> Sequence[str]:
    pair: Pair = score.evidence.pair
    assert task.expert is not None
    hints = task.expert(problem, pair.aux.code, pair.main.code, score)
    if isinstance(hints, str) or len(hints) != 2 or not all(isinstance(hint, str) for hint in hints):
        raise TypeError(f"expert must return two texts, one for each coder, got {hints!r:.200}")
    return tuple(quotable(f"A hint from an expert:\n{_clipped(hint, _LONGEST_HINT)}") if hint.strip() else "" for hint in hints)


def _passed(evidence: reward.Evidence, numbers: range) -> str:
    good = evidence.verdict is not None and bool(numbers) and _passes(evidence.verdict, numbers) == len(numbers)
    return "All checks of the previous turn passed." if good else "Not all checks of the previous turn passed."


def _level_passed(problem: Problem, evidence: reward.Evidence, numbers: range, agent: int) -> str:
    pair, verdict = evidence.pair, evidence.verdict
    own = pair.main if agent else pair.aux
    lines = [
        f"Your function: {'found' if own.defined else 'not found'}.",
        f"Syntax: {'correct' if pair.parses else 'not correct'}.",
        f"Tests: {_tally(verdict, numbers)}.",
    ]
    if agent:
        lines.append(f"Use of {AUX}: {_use_in_short(pair)}.")
    return "\n".join(lines)


def _tally(verdict: Verdict | None, numbers: range) -> str:
    if verdict is None:
        return "not run"
    passes = _passes(verdict, numbers)
    return "all passed" if passes == len(numbers) else f"{passes} of {len(numbers)} passed" if passes else "none passed"


def _use_in_short(pair: Pair) -> str:
    if not pair.main.defined:
        return "no main function"
    if pair.main.fault:
        return "cannot be told"
    use = pair.main.usage
    return "not called" if not use.called else "called, but what it returns is not used" if use.ignored else "used"


def _level(problem: Problem, evidence: reward.Evidence, numbers: range, agent: int) -> str:
    pair, name = evidence.pair, problem.entry_point
    lines = [
        "The previous turn:",
        f"- `{AUX}`: {_found(pair.aux)}",
        f"- `{name}`: {_found(pair.main)}",
        *_syntax(pair, agent),
        *_tests(problem, evidence.verdict, numbers),
    ]
    if agent:
        lines += [f"- {line}" for line in _use(pair, name)]
    return "\n".join(lines)


def _found(part: Part) -> str:
    return "FOUND" if part.defined else f"MISSING ({part.missing})"


def _syntax(pair: Pair, agent: int) -> list[str]:
    if not (pair.aux.code or pair.main.code):
        return ["- Syntax: nothing to parse"]
    if pair.parses:
        return ["- Syntax: OK"]
    lines = []
    for number, part in enumerate((pair.aux, pair.main)):
        if part.fault:
            whose = f"your `{part.name}`" if number == agent else f"the other coder's `{part.name}`"
            lines.append(f"- Syntax: ERROR in {whose}, {_clipped(part.fault, _LONGEST_DETAIL)}")
            if number == agent and part.where:
                lines.append(f"    {_clipped(part.where, _LONGEST_DETAIL)}")
    return lines


def _tests(problem: Problem, verdict: Verdict | None, numbers: range) -> list[str]:
    if verdict is None:
        return ["- Tests: not run"]
    lines = [f"- Tests: {_passes(verdict, numbers)} of {len(numbers)} shown passed"]
    if verdict.problem:
        return [*lines, f"  The program could not be loaded: {_clipped(verdict.problem, _LONGEST_DETAIL)}"]
    failures = [number for number in numbers if verdict.results[number].outcome != "passed"]
    for number in failures[:_MOST_FAILURES]:
        lines += _failure(problem.suite.shown[number], verdict.results[number])
    if len(failures) > _MOST_FAILURES:
        lines.append(f"  ... and {len(failures) - _MOST_FAILURES} more")
    return lines


def _failure(test: str, result: TestResult) -> list[str]:
    text = _clipped(test, _LONGEST_TEST).replace("\n", "\n    ")
    lines = [f"  {result.outcome.upper().replace('_', ' ')}:", f"    {text}"]
    # A bare assert says nothing that is not known.
    if result.detail and result.detail != "AssertionError":
        lines.append(f"    {_clipped(result.detail, _LONGEST_DETAIL)}")
    if result.call:
        lines.append(f"    last call: {_clipped(result.call, _LONGEST_DETAIL)}")
    return lines


def _use(pair: Pair, name: str) -> list[str]:
    if not pair.main.code:
        return []
    if pair.main.fault:
        return [f"Use of `{AUX}`: cannot be told before `{name}` parses"]
    use = pair.main.usage
    if not use.called:
        own = f": the `{AUX}` that it calls is its own" if use.own_name else ""
        return [f"Use of `{AUX}`: `{name}` does not call it{own}"]
    lines = [f"Use of `{AUX}`: called, but what it returns is not used" if use.ignored else f"Use of `{AUX}`: called"]
    if use.wrapper:
        lines.append(f"Warning: `{name}` only hands on what `{AUX}` returns; it should do work of its own")
    return lines


def _passes(verdict: Verdict, numbers: range) -> int:
    return sum(verdict.results[number].outcome == "passed" for number in numbers)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} [...]"


# -- transcript -------------------------------------------------------------------------------------------------------


def notes(score: Score) -> dict[str, Any]:
    """The code taken from each answer, what is wrong with it, and under the second coder what became of the program."""
    if score.evidence is None:
        return {}
    evidence: reward.Evidence = score.evidence
    parts, verdict = (evidence.pair.aux, evidence.pair.main), evidence.verdict
    outcomes = [
        {"test": test, "outcome": result.outcome, "detail": result.detail, "call": result.call}
        for test, result in zip(evidence.suite.shown, verdict.results if verdict else ())
    ]
    return {
        "code": ["\n\n".join(filter(None, (part.support, part.code))) for part in parts],
        "faults": ["; ".join(filter(None, (part.missing, part.fault))) for part in parts],
        "load_error": ["", verdict.problem if verdict else ""],
        "tests": [[], outcomes],
    }
