"""The reward of CoopHE: four levels, each worth something only if the program got past the one before.

Source: the code released with arXiv:2601.21972, but for the ignored call, whose penalty never applies there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collm_envs.coding.completion import Pair
from collm_envs.coding.unit_tests import Suite
from collm_envs.core.task import Number, Score, penalty

if TYPE_CHECKING:
    from collm_envs.coding.sandbox.verdicts import Verdict

AUX_DEFINED = 0.4
MAIN_DEFINED = 0.6
SYNTAX = 0.5
TESTS = 1.0
AUX_USED = 0.5
NOT_WRAPPER = 1.0
IGNORED_CALL = 0.5
MAXIMUM = AUX_DEFINED + MAIN_DEFINED + SYNTAX + TESTS + AUX_USED + NOT_WRAPPER

TERMS = ("aux_defined", "main_defined", "syntax", "tests", "aux_used", "not_wrapper", "ignored_call")
BLANK: dict[str, Number] = {
    **dict.fromkeys(TERMS, 0.0),
    "tests_passed": 0,
    "tests_total": 0,
    "pass_rate": 0.0,
    "all_passed": False,
    "aux_matters": False,
    "timeouts": 0,
}


@dataclass(frozen=True)
class Evidence:
    """What a score was counted on.

    Attributes:
        pair: what the coders contributed.
        suite: the tests.
        verdict: what became of the program; None if there was none to run.
    """

    pair: Pair
    suite: Suite
    verdict: Verdict | None


def score(pair: Pair, suite: Suite, verdict: Verdict | None, ignored_call_penalty: bool = True) -> Score:
    """Score two functions.

    1. 0.4 if the helper is defined, 0.6 if the main function is; without the latter no more.
    2. 0.5 if the program parses; else no more.
    3. The share of tests passed.
    4. If some test passed and there is any helper: 0.5 if the main function calls it; 1 more if it does not merely hand on
       what the helper returns; 0.5 less if it calls the helper and looks at nothing that it returns.

    Args:
        pair: what the coders contributed.
        suite: the tests.
        verdict: what became of their program; None unless ``pair.runs``.
        ignored_call_penalty: whether calls for show cost.
    """
    terms = dict.fromkeys(TERMS, 0.0)
    passed, total = verdict.passed if verdict else 0, len(suite)
    terms["aux_defined"] = AUX_DEFINED * pair.aux.defined
    terms["main_defined"] = MAIN_DEFINED * pair.main.defined
    if pair.runs:
        terms["syntax"] = SYNTAX
        terms["tests"] = TESTS * passed / total
        use = pair.main.usage
        if passed and pair.aux.code and use.called:
            terms["aux_used"] = AUX_USED
            terms["not_wrapper"] = NOT_WRAPPER * (not use.wrapper)
            terms["ignored_call"] = penalty(IGNORED_CALL, ignored_call_penalty and use.ignored)
    metrics: dict[str, Number] = {
        **terms,
        "tests_passed": passed,
        "tests_total": total,
        "pass_rate": passed / total,
        "all_passed": passed == total,
        "aux_matters": bool(verdict and verdict.ablation_matters),
        "timeouts": verdict.timeouts if verdict else 0,
    }
    return Score(terms, metrics, evidence=Evidence(pair, suite, verdict))
