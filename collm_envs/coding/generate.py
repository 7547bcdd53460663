"""Seeded generator of cooperative coding problems: chains of stages, the first ones for the helper, the rest for the main function.

Every stage is known three times over: as an English order, as source and as a function of ours
(:mod:`collm_envs.coding.stages`). The function says what the tests expect, so that nothing generated ever runs here.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Sequence
from random import Random

from collm_envs.coding.stages import tiny
from collm_envs.coding.stages.chain import LEVELS, Chain, Level, Link, Tested, draw_chain, draw_examples, draw_tests
from collm_envs.coding.stages.stage import ANNOTATIONS, fill
from collm_envs.core.checks import one_of
from collm_envs.core.taskset import ALL_DIFFICULTIES

_MOST_CHAINS = 1000
_WIDTH = 88
_INDENT = "    "

_STEPWISE = (
    "Go step by step, each step working on the outcome of the one before.",
    "Each of the following steps works on the outcome of the step before it.",
    "Do the following, always with what the step before has left.",
)
_LISTED = (
    "Follow these steps, each on the outcome of the one before:",
    "Proceed as follows, each step on the outcome of the one before:",
    "Do this, always with what the step before has left:",
)
_CHOSEN = ("item", "items", "group", "groups")
_NEXT = ("Then ", "", "Next, ", "", "After that, ")
_LAST = ("Finally, ", "In the end, ", "Lastly, ")


def generate(rng: Random, difficulty: str) -> dict[str, str]:
    """A random problem for two programmers, with a pair of functions that solves it.

    Args:
        rng: the only source of chance.
        difficulty: "tiny" (picking and summing up, one of eight problems of :mod:`collm_envs.coding.stages.tiny`), "easy" (3 to
            4 simple stages), "medium" (4 to 5, at times a second argument) or "hard" (6 to 7 of any kind, often a second
            argument); a sentence or a note takes one more stage, which reads it.

    Returns:
        ``prompt`` (signature and docstring), ``entry_point``, ``test`` (``def check(candidate)`` with 6 to 12 asserts, 4 in a
        tiny one), and ``aux`` and ``main``, the sources of the two functions.

    Raises:
        ValueError: for an unknown difficulty.
    """
    one_of("difficulty", difficulty, ALL_DIFFICULTIES)
    if difficulty == "tiny":
        return tiny.generate(rng)
    level = LEVELS[difficulty]
    for _ in range(_MOST_CHAINS):
        chain = draw_chain(rng, level)
        tests = draw_tests(chain, level, rng)
        if tests:
            return _problem(chain, tests, draw_examples(chain, rng), level, rng)
    raise RuntimeError(f"{_MOST_CHAINS} chains of stages in a row were of no use")


def _problem(chain: Chain, tests: Sequence[Tested], examples: Sequence[Tested], level: Level, rng: Random) -> dict[str, str]:
    says, goal = _words(chain)
    name = _name(chain, goal, rng)
    further = f", {chain.knob.name}: int" if chain.knob else ""
    parameters = f"{chain.story.param}: {ANNOTATIONS[chain.story.kind]}{further}"
    head = f"def {name}({parameters}) -> {chain.links[-1].stage.answer}:"
    shown = [line for case, result in examples for line in (f">>> {name}({chain.spell(case)})", repr(result))]
    asserts = [f"assert candidate({chain.spell(case)}) == {result!r}" for case, result in tests]
    aux, main = _functions(chain, head)
    return {
        "prompt": _lines(head, [*_docstring(chain, says, level, rng), "", *shown, '"""']),
        "entry_point": name,
        "test": _lines("def check(candidate):", asserts),
        "aux": aux,
        "main": main,
    }


def _lines(head: str, body: Sequence[str]) -> str:
    return "\n".join([head, *(_INDENT + line if line else "" for line in body), ""])


# -- words -------------------------------------------------------------------------------------------------------------


def _words(chain: Chain) -> tuple[list[str], str]:
    """What to say of each link, with its numbers and the names that things have by then; and the goal as a name."""
    nouns = dict(chain.story.nouns)
    says = []
    for index, link in enumerate(chain.links):
        if chain.knob and index == chain.open:
            number, nth = f"`{chain.knob.name}`", f"`{chain.knob.name}`-th"
        else:
            number, nth = str(link.number), _ordinal(link.number)
        says.append(fill(link.say, {**nouns, "k": number, "kth": nth}))
        nouns |= {key: _noun(key, fill(noun, nouns)) for key, noun in link.stage.nouns.items()}
    return says, fill(chain.links[-1].stage.goal, nouns)


def _noun(key: str, noun: str) -> str:
    """A noun that says "remaining" once, and only where the things themselves were chosen."""
    bare = noun.replace("remaining ", "")
    return f"remaining {bare}" if bare != noun and key in _CHOSEN else bare


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _name(chain: Chain, goal: str, rng: Random) -> str:
    """A name for the function, made of what it returns and, at times, of what it takes."""
    name = re.sub(r"\W+", "_", goal.replace("remaining ", ""))
    if chain.story.param not in name and rng.random() < 0.5:
        name += f"_from_{chain.story.param}"
    return name if not keyword.iskeyword(name) and name != chain.story.param else f"find_{name}"


def _docstring(chain: Chain, says: Sequence[str], level: Level, rng: Random) -> list[str]:
    """The lines of the specification, the opening quotes included."""
    opening = '"""' + fill(rng.choice(chain.story.lead), {"p": chain.story.param})
    if chain.knob:
        opening += f" `{chain.knob.name}` is a whole number{f', at least {chain.knob.low}' if chain.knob.low > 0 else ''}."
    if rng.random() < level.listed:
        lines = _wrap(f"{opening} {rng.choice(_LISTED)}")
        for number, say in enumerate(says, start=1):
            lines += _wrap(f"{number}. {_sentence(say)}", indent="   ")
        return lines
    turn = rng.randrange(len(_NEXT))
    joints = [_NEXT[(turn + place) % len(_NEXT)] for place in range(len(says))]
    joints[0], joints[-1] = rng.choice(("", "First, ")), rng.choice(_LAST)
    told = [_sentence(joint + say) for joint, say in zip(joints, says)]
    return _wrap(" ".join([opening, rng.choice(_STEPWISE), *told]))


def _sentence(say: str) -> str:
    return f"{say[0].upper()}{say[1:]}."


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH - len(_INDENT), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


# -- source ------------------------------------------------------------------------------------------------------------


def _functions(chain: Chain, head: str) -> tuple[str, str]:
    """The helper and the main function."""
    argument = chain.knob.name if chain.knob else ""
    first, rest = chain.links[: chain.cut], chain.links[chain.cut :]
    needs = bool(argument) and chain.open < chain.cut
    parameters = f"{chain.story.param}: {ANNOTATIONS[chain.story.kind]}" + (f", {argument}: int" if needs else "")
    body, handed = _body(chain, first, chain.story.param)
    aux = _lines(f"def aux({parameters}) -> {ANNOTATIONS[first[-1].stage.gives]}:", _returning(body, handed))
    call = f"{handed} = aux({chain.story.param}{f', {argument}' if needs else ''})"
    body, result = _body(chain, rest, handed)
    return aux, _lines(head, _returning([call, *body], result))


def _body(chain: Chain, links: Sequence[Link], name: str) -> tuple[list[str], str]:
    """The lines of some links, and the name that the result has."""
    lines: list[str] = []
    for link in links:
        made = link.stage.out if link.stage.out != name else "result"
        number = chain.knob.name if chain.knob and chain.links[chain.open] is link else str(link.number)
        lines += fill(link.code, {"x": name, "y": made, "k": number}).splitlines()
        name = made
    return lines, name


def _returning(lines: Sequence[str], name: str) -> list[str]:
    """The lines with a return at the end, in place of a last assignment where at least three statements are left."""
    start = f"{name} = "
    if len(lines) > 2 and lines[-1].startswith(start):
        return [*lines[:-1], f"return {lines[-1].removeprefix(start)}"]
    return [*lines, f"return {name}"]
