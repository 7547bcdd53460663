"""Chains of stages: a story, what the helper does, what the main function does, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from collm_envs.coding.stages.catalogue import ENDINGS, STEPS
from collm_envs.coding.stages.inputs import Story
from collm_envs.coding.stages.stage import Knob, Stage
from collm_envs.coding.stages.stories import STORIES


@dataclass(frozen=True)
class Level:
    """What a difficulty means. Pairs are least and largest.

    Attributes:
        aux: number of stages of the helper, besides one that only reads the input.
        main: number of stages of the main function.
        hardest: the hardest stage allowed.
        argument: how likely a number of a stage becomes an argument of the function.
        listed: how likely the stages are listed by number instead of told in one paragraph.
        tests: number of tests.
    """

    aux: tuple[int, int]
    main: tuple[int, int]
    hardest: int
    argument: float
    listed: float
    tests: tuple[int, int]


LEVELS = {
    "easy": Level((2, 2), (1, 2), 1, 0.0, 0.2, (6, 8)),
    "medium": Level((2, 3), (2, 2), 2, 0.3, 0.4, (7, 10)),
    "hard": Level((3, 4), (3, 3), 3, 0.5, 0.6, (9, 12)),
}


@dataclass(frozen=True)
class Link:
    """A stage with its wording, its source and its number (0 if it has none)."""

    stage: Stage
    say: str
    code: str
    number: int

    @property
    def statements(self) -> int:
        """Statements of its source; an ``else`` is not one."""
        return sum(not line.lstrip().startswith("else:") for line in self.code.splitlines())


@dataclass(frozen=True)
class Case:
    """An input: the value and the further argument (0 if there is none)."""

    value: Any
    argument: int = 0


@dataclass(frozen=True)
class Chain:
    """A whole problem before it is put into words.

    Attributes:
        story: what the input is.
        links: the stages in order, a last stage at the end.
        cut: how many of them the helper does.
        open: index of the link whose number is an argument of the function, or -1.
    """

    story: Story
    links: tuple[Link, ...]
    cut: int
    open: int

    @cached_property
    def knob(self) -> Knob | None:
        """The number that is an argument."""
        return self.links[self.open].stage.knob if self.open >= 0 else None

    @cached_property
    def constants(self) -> tuple[int, ...]:
        """The numbers in the text."""
        return tuple(link.number for index, link in enumerate(self.links) if link.stage.knob and index != self.open)

    def draw(self, rng: Random, value: Any = None) -> Case:
        """A random input, or one with the value given."""
        argument = rng.randint(self.knob.low, self.knob.high) if self.knob else 0
        near = (*self.constants, argument) if self.knob else self.constants
        return Case(self.story.draw(rng, near) if value is None else value, argument)

    def trace(self, case: Case) -> list[Any]:
        """The input, and what each link makes of it as it is meant; the last is the result."""
        values = [case.value]
        for index in range(len(self.links)):
            values.append(self.apply(index, values[-1], case.argument))
        return values

    def apply(self, index: int, value: Any, argument: int, off: int = 0) -> Any:
        """What one link makes of a value; with ``off`` its number is too large by so much."""
        link = self.links[index]
        return link.stage.of(value, (argument if index == self.open else link.number) + off)

    def resume(self, index: int, value: Any, argument: int) -> Any:
        """The result if this were the value before link ``index``."""
        for later in range(index, len(self.links)):
            value = self.apply(later, value, argument)
        return value

    def spell(self, case: Case) -> str:
        """The arguments of a call as source."""
        return f"{case.value!r}, {case.argument}" if self.knob else repr(case.value)


_PARSED = ("sentence", "note")  # kinds whose first stage only reads them, and is none of the number that a level asks for


def draw_chain(rng: Random, level: Level) -> Chain:
    """A random chain in which both functions have something to do; it need not make sense yet."""
    while True:
        story = rng.choice(STORIES[rng.choice(list(STORIES))])
        cut = rng.randint(*level.aux) + (story.kind in _PARSED)
        links = [_link(stage, rng) for stage in _stages(story.kind, cut + rng.randint(*level.main), level.hardest, rng)]
        if sum(link.statements for link in links[cut:]) > 1:
            open_ones = [
                index for index, link in enumerate(links) if link.stage.knob and link.stage.knob.low < link.stage.knob.high
            ]
            is_open = open_ones and rng.random() < level.argument
            return Chain(story, tuple(links), cut, rng.choice(open_ones) if is_open else -1)


def _stages(story_kind: str, length: int, hardest: int, rng: Random) -> list[Stage]:
    """Stages that fit one behind the other, each of another family."""
    stages: list[Stage] = []
    used: list[str] = []
    kind = story_kind
    while len(stages) < length - 1:
        families = STEPS[hardest].get(kind, {})
        unused = [family for family in families if family not in used]
        if not unused:
            return _stages(story_kind, length, hardest, rng)
        used.append(rng.choice(unused))
        stages.append(rng.choice(families[used[-1]]))
        kind = stages[-1].gives
    last = ENDINGS[hardest][kind]
    return [*stages, rng.choice(last[rng.choice(list(last))])]


def _link(stage: Stage, rng: Random) -> Link:
    number = rng.randint(stage.knob.low, stage.knob.high) if stage.knob else 0
    return Link(stage, rng.choice(stage.say), rng.choice(stage.code), number)


# -- inputs that show what a chain does --------------------------------------------------------------------------------

Tested = tuple[Case, Any]
"""An input and its result."""

FEWEST_ANSWERS = 3
_MOST_INPUTS = 36
_PATIENCE = 7  # inputs after which there should be different results; after twice as many, no shortcut should be left


def draw_tests(chain: Chain, level: Level, rng: Random) -> list[Tested]:
    """Inputs with their results; none at all if the chain is no good.

    At least three results are different, and none is that of more than half of the inputs. Some input tells the chain from any
    shorter one (without links that can be left out), from the input itself, from its length and from the helper's result; if
    chance allows, also from the chain with a number that is wrong by one.
    """
    wanted = rng.randint(*level.tests)
    shortcuts, slips = _shortcuts(chain), _slips(chain)
    edges = chain.story.edges(rng)
    tests: list[Tested] = []
    traces: list[list[Any]] = []
    results: list[Any] = []
    for tried in range(_MOST_INPUTS):
        if (tried == _PATIENCE and not _varied(results)) or (tried == 2 * _PATIENCE and shortcuts):
            break
        case = chain.draw(rng, edges[tried] if tried < len(edges) else None)
        trace = chain.trace(case)
        if results.count(trace[-1]) >= wanted // 2 or any(case == other for other, _ in tests):
            continue
        shortcuts_left = [span for span in shortcuts if _same(chain, case, trace, span.stop, trace[span.start])]
        slips_left = [
            (index, off)
            for index, off in slips
            if _same(chain, case, trace, index + 1, chain.apply(index, trace[index], case.argument, off))
        ]
        tells = len(shortcuts_left) < len(shortcuts) or len(slips_left) < len(slips)
        # The last places wait for inputs that tell apart what no other has told apart, but not for ever.
        if tells or not (shortcuts or slips) or len(tests) < wanted - 3 or tried >= _MOST_INPUTS // 2:
            shortcuts, slips = shortcuts_left, slips_left
            tests.append((case, trace[-1]))
            traces.append(trace)
            results.append(trace[-1])
        if len(tests) == wanted:
            return [] if shortcuts or not _varied(results) or _plain(traces, chain.cut) else tests
    return []


def draw_examples(chain: Chain, rng: Random) -> list[Tested]:
    """Two or three inputs with their results, different ones where that is easy."""
    examples: list[Tested] = []
    wanted = rng.randint(2, 3)
    for tried in range(_MOST_INPUTS):
        case = chain.draw(rng)
        result = chain.trace(case)[-1]
        if tried > _MOST_INPUTS // 2 or result not in [other for _, other in examples]:
            examples.append((case, result))
        if len(examples) == wanted:
            break
    return examples


def _same(chain: Chain, case: Case, trace: Sequence[Any], index: int, value: Any) -> bool:
    """Whether it makes no difference to have this value before link ``index``."""
    return bool(value == trace[index] or chain.resume(index, value, case.argument) == trace[-1])


def _shortcuts(chain: Chain) -> list[range]:
    """Stretches of links without which the chain still fits together."""
    stages = [link.stage for link in chain.links]
    spans = [range(start, end) for start in range(len(stages)) for end in range(start + 1, len(stages))]
    return [span for span in spans if stages[span.start].takes == stages[span.stop - 1].gives]


def _slips(chain: Chain) -> list[tuple[int, int]]:
    """Links whose number could be wrong by one, with how much it is too large."""
    slips = []
    for index, link in enumerate(chain.links):
        if link.stage.knob:
            slips += [(index, off) for off in ((1, -1) if link.stage.knob.low > 1 else (1,))]
    return slips


def _varied(results: Sequence[Any]) -> bool:
    return len({repr(result) for result in results}) >= FEWEST_ANSWERS


def _plain(traces: Sequence[Sequence[Any]], cut: int) -> bool:
    """Whether the input itself, its length or the helper's result passes for the answer."""
    return (
        all(trace[0] == trace[-1] for trace in traces)
        or all(len(trace[0]) == trace[-1] for trace in traces)
        or all(trace[cut] == trace[-1] for trace in traces)
    )
