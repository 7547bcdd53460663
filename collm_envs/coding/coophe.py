"""CoopHE: two coders write one program, the helper ``aux`` and the function that should use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collm_envs.coding import generate, policies, problem, prompts, reward
from collm_envs.coding.completion import Pair, Support, given_code, read_pair
from collm_envs.coding.problem import Problem
from collm_envs.coding.prompts import Expert
from collm_envs.core.checks import one_of, whole
from collm_envs.core.task import Number, Policy, Score, Task
from collm_envs.core.taskset import Hub, Taskset

if TYPE_CHECKING:
    from collm_envs.coding.sandbox import Program, Sandbox

TASKS: Taskset[Problem] = Taskset("coophe", problem.parse, generate.generate, hub=Hub("OpenMLRL/CoopHumanEval", problem.from_row))

_MOST_SHOWN = 1000
_LONGEST_LIMIT = 600.0


@dataclass(frozen=True, kw_only=True)
class CoopHE(Task[Problem]):
    """The task with its options; see :mod:`collm_envs.coophe_v0` for the rules.

    Fields:
        shown_tests: tests that feedback speaks of: the first N, the last N if negative, all if 0. The reward counts all.
        ignored_call_penalty: whether a helper that is called for show costs 0.5.
        support: ``keep`` what stands beside the functions asked for (imports, constants, classes, more helpers, decorators),
            or ``drop`` it.
        show_targets: say in the prompts what is rewarded.
        call_limit: seconds of wall clock for loading the program and for each call.
        time_limit: seconds of wall clock for the program with all its tests.
        sandbox: where programs run: a name of ``collm_envs.coding.sandbox.BACKENDS``, or an open sandbox.
        expert: for ``feedback="expert"``: ``expert(problem, aux_code, main_code, score)`` returns two hints.
    """

    name: ClassVar[str] = "coophe"
    title: ClassVar[str] = "CoopHE"
    summary: ClassVar[str] = "write a helper and the function that uses it, two coders at once"
    horizon: ClassVar[int] = 2
    headline: ClassVar[tuple[str, ...]] = ("pass_rate", "all_passed")
    blank: ClassVar[Mapping[str, Number]] = reward.BLANK
    feedback_modes: ClassVar[Mapping[str, str]] = prompts.FEEDBACK_MODES
    policies: ClassVar[Mapping[str, Policy]] = policies.COOPHE

    feedback: str = "level"
    shown_tests: int = 1
    ignored_call_penalty: bool = True
    support: Support = "keep"
    show_targets: bool = True
    call_limit: float = 3.0
    time_limit: float = 10.0
    sandbox: str | Sandbox = "auto"
    expert: Expert | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("support", self.support, ("keep", "drop"))
        whole("shown_tests", self.shown_tests, -_MOST_SHOWN, _MOST_SHOWN)
        _seconds("call_limit", self.call_limit)
        _seconds("time_limit", self.time_limit)
        if isinstance(self.sandbox, str):
            from collm_envs.coding.sandbox import check_backend

            check_backend(self.sandbox)
        elif not (hasattr(self.sandbox, "submit") and hasattr(self.sandbox, "start")):
            raise TypeError(f"sandbox must be a name or an open sandbox, got {type(self.sandbox).__name__}")
        if self.expert is not None and not callable(self.expert):
            raise TypeError(f"expert must be callable, got {type(self.expert).__name__}")
        if (self.feedback == "expert") != (self.expert is not None):
            raise ValueError(
                'feedback="expert" and expert=FUNCTION go together: FUNCTION(problem, aux_code, main_code, score) '
                "returns a hint for each coder"
            )

    @property
    def agents(self) -> tuple[str, ...]:
        return ("coder_0", "coder_1")

    @property
    def roles(self) -> tuple[str, ...]:
        return ("writes the helper aux", "writes the main function")

    @property
    def reward_range(self) -> tuple[float, float]:
        return (0.0, reward.MAXIMUM)

    @property
    def solved_above(self) -> float:
        return 3.8

    @property
    def tasks(self) -> Taskset[Problem]:
        return TASKS

    def start_infos(self, instance: Problem) -> Mapping[str, Number]:
        return {**self.blank, "tests_total": len(instance.suite)}

    # -- a turn -----------------------------------------------------------------------------------------------------

    def check_backend(self) -> None:
        self._box().start()

    def _box(self) -> Sandbox:
        if not isinstance(self.sandbox, str):
            return self.sandbox
        # Here, so that the module can be imported where no sandbox is wanted.
        from collm_envs.coding.sandbox import shared

        return shared(self.sandbox)

    def program(self, instance: Problem, pair: Pair) -> Program:
        """What is sent to the sandbox for a pair that can be run."""
        from collm_envs.coding.sandbox import Program

        given = given_code(instance.prompt, instance.entry_point, self.support)
        return Program(
            pair.program(given),
            instance.suite.tests,
            instance.entry_point,
            prelude=instance.suite.prelude,
            ablation=pair.program(given, stub=True) if pair.mentions_aux else None,
            call_limit=self.call_limit,
            time_limit=self.time_limit,
        )

    def submit(self, instance: Problem, joint_action: Sequence[str], carry: Any = None) -> Callable[[], Score]:
        pair, suite = read_pair(joint_action, instance.entry_point, self.support), instance.suite
        if not pair.runs:
            return lambda: reward.score(pair, suite, None, self.ignored_call_penalty)
        verdict = self._box().submit(self.program(instance, pair))
        return lambda: reward.score(pair, suite, verdict.result(), self.ignored_call_penalty)

    def score(self, instance: Problem, joint_action: Sequence[str], carry: Any = None) -> Score:
        return self.submit(instance, joint_action, carry)()

    def notes(self, score: Score) -> dict[str, Any]:
        return prompts.notes(score)

    # -- prompts ----------------------------------------------------------------------------------------------------

    @property
    def request(self) -> str:
        return prompts.REQUEST

    def opening(self, instance: Problem, agent: int) -> str:
        return prompts.opening(self, instance, agent)

    def reviews(self, instance: Problem, joint_action: Sequence[str], score: Score) -> Sequence[str]:
        return prompts.reviews(self, instance, score)

    def ansi(self, instance: Problem, joint_action: Sequence[str] | None, score: Score | None, colour: bool = True) -> str:
        from collm_envs.coding import terminal

        if joint_action is None or score is None:
            return terminal.problem(instance, colour)
        return terminal.turn(instance, score, self.roles, colour)


def _seconds(what: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{what} must be a number of seconds, got {value!r}")
    if not 0.0 < value <= _LONGEST_LIMIT:
        raise ValueError(f"{what} must be above 0 and at most {_LONGEST_LIMIT:g} seconds, got {value!r}")


PAPER: dict[str, Any] = {
    "ignored_call_penalty": False,
    "support": "drop",
    "show_targets": False,
    "call_limit": 10.0,
    "time_limit": 30.0,
}
