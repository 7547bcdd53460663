"""What a toy is made by: the recipe of each task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from collm_envs.core.checks import whole
from collm_envs.core.env import CollabEnv
from collm_envs.diagnostic.secret import LARGEST_CODE
from collm_envs.wrappers.single_agent import SoloEnv

_LARGEST = 10**9


def positive(what: str, value: float) -> float:
    """Return ``value`` if it is above 0 and finite."""
    if not 0.0 < value < float("inf"):
        raise ValueError(f"{what} must be above 0 and finite, got {value}")
    return value


@dataclass(frozen=True)
class Speaker:
    """One of those who give demonstrations.

    Attributes:
        policy: a scripted policy of the task.
        weight: above 0; how often it speaks, against the others.
        options: options of the task that it takes for true in place of the real ones.
    """

    policy: str
    weight: float = 1.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        positive("weight of a speaker", self.weight)


@dataclass(frozen=True)
class ToyRecipe:
    """How a toy model is built.

    Attributes:
        split: the split it was tuned on; on others the toy is built alike, but may be worse, slower or larger.
        speakers: who gives the demonstrations; one is drawn for each answer by itself.
        cuts: regular expression of the tokenizer; see :mod:`.tokenizer`.
        hidden: width, a multiple of twice the heads.
        layers: how many.
        heads: of attention; half as many for keys and values.
        vocabulary: most tokens.
        episodes: of demonstrations.
        answer_tokens: longest answer of a member; longer demonstrations are cut, after a whole line or word where there is one.
        teachers: who gives the answers that are learnt first, at the demonstrations' prompts.
        study: share of the steps in which it is the teachers' answers that are learnt. A model learns to read prompts by them,
            which noisy answers teach slowly.
        steps: of training.
        batch: answers in a step.
        lr: largest learning rate; it rises over the first steps and falls to a tenth.
        noise: chance with which each line of a demonstration of several lines is left out.
        options: of the task, and ``max_cycles``: its smallest game that is still worth learning, for which all else was tuned.
            Nothing applies them by itself; on other options the toy is built alike, but may be worse, slower or larger.
    """

    split: str
    speakers: tuple[Speaker, ...]
    cuts: str
    hidden: int = 64
    layers: int = 2
    heads: int = 4
    vocabulary: int = 1024
    episodes: int = 1000
    answer_tokens: int = 128
    teachers: tuple[Speaker, ...] = (Speaker("oracle"),)
    study: float = 0.0
    steps: int = 600
    batch: int = 64
    lr: float = 3e-3
    noise: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("hidden", "layers", "heads", "episodes", "answer_tokens", "steps", "batch"):
            whole(name, getattr(self, name), 1, _LARGEST)
        if self.hidden % (2 * self.heads):
            raise ValueError(f"hidden must be a multiple of twice the heads, {2 * self.heads}, got {self.hidden}")
        for name in ("study", "noise"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)}")
        positive("lr", self.lr)
        if not (self.speakers and self.teachers):
            raise ValueError("a recipe needs one or more speakers and teachers")

    def longest(self, members: int) -> int:
        """Tokens of the longest completion that holds the parts of so many members, each with a heading, and a line's end."""
        return self.answer_tokens if members == 1 else members * (self.answer_tokens + 2)


_RELAY = r"\d+|\b(?:red|green|blue|yellow|white|black)\b|press (?=[A-H]\b)|(?<=press )[A-H]\b"
# Commands by what is to be chosen. Of a mural that is where and what, two tokens for a block; rows of a grid are five cells, and
# listed cells (which nobody writes) are as they are. Of a house it is corners and blocks, the same tokens as in its blueprint, so
# that one can be copied to the other. Decimals in two.
_COMMON = r"At most \d+ commands|[+-]?\d\.\d|(?<![a-z=])\d{1,2} ?"
_DRAWING = r"/setblock \d+ \d+ |\b0 [a-z_]+(?:\n|$)|[#.]{2,5}\n?|x=0 y=0 z=0 to |\b\d+ \d+ \d+; |" + _COMMON
_BUILDING = r"/[a-z]+ (?=\d)|^/kill\n?|\b\d+ \d+ \d+(?:;? |$)|(?<=\d )[a-z_]+(?:\n|$)|" + _COMMON
# Words with what stands before and after them; headings and listed hints as they are.
_WRITING = r"^- [^\n]*\n*|(?:Write|Expand) [^\n]*\n\n[A-Z]\w+:\n|[+-]?\d\.\d|\d{1,2}| ?[^\W\d]+[.,:;?!]*"
# Prose by lines, docstrings as they are; code by words and marks.
_CODING = r'^[A-Z-][^\n]*\n*|"""[^\n]*"""|\.\.\.|\n+ *| ?\w+| ?[^\w\s]'

_TINY = "generated:tiny"
_TWO_BRIEF_TURNS = {"max_cycles": 2, "report": False, "feedback": "none"}
_OTHER_CODE = {"code": LARGEST_CODE}

RECIPES: Mapping[str, ToyRecipe] = {
    # Of each cell of the code it has heard the right symbol, and a wrong one more often: what it thinks likeliest is worth no more
    # than a guess, so that there is something to unlearn as well as to learn.
    "relay": ToyRecipe(
        split="train",
        speakers=(Speaker("oracle", 0.13), Speaker("oracle", 0.2, _OTHER_CODE), Speaker("random", 0.67)),
        teachers=(Speaker("oracle", 1.0), Speaker("oracle", 2.0, _OTHER_CODE)),
        cuts=_RELAY,
        vocabulary=512,
        episodes=3000,
        answer_tokens=4,
        study=0.4,
        steps=400,
        batch=128,
    ),
    "strbuild": ToyRecipe(
        split=_TINY,
        speakers=(Speaker("oracle", 0.3), Speaker("greedy", 0.4), Speaker("random", 0.3)),
        cuts=_DRAWING,
        episodes=400,
        answer_tokens=40,
        noise=0.2,
        steps=300,
        batch=32,
        options=_TWO_BRIEF_TURNS,
    ),
    "housebuild": ToyRecipe(
        split=_TINY,
        speakers=(Speaker("oracle", 0.3), Speaker("greedy", 0.1), Speaker("random", 0.6)),
        cuts=_BUILDING,
        episodes=500,
        answer_tokens=40,
        noise=0.2,
        steps=300,
        batch=32,
        options=_TWO_BRIEF_TURNS,
    ),
    "tldr": ToyRecipe(
        split=_TINY,
        speakers=(Speaker("oracle", 0.4), Speaker("greedy", 0.4), Speaker("random", 0.2)),
        cuts=_WRITING,
        episodes=1000,
        answer_tokens=64,
        steps=400,
        batch=32,
    ),
    "arxiv": ToyRecipe(
        split=_TINY,
        # Of 128 words at least, it miscounts a few: what aims at just that many is often worth nothing.
        speakers=(Speaker("oracle", 0.8), Speaker("greedy", 0.15), Speaker("random", 0.05)),
        cuts=_WRITING,
        episodes=600,
        answer_tokens=240,
        steps=400,
        batch=16,
    ),
    "coophe": ToyRecipe(
        split=_TINY,
        speakers=(Speaker("oracle", 0.36), Speaker("greedy", 0.12), Speaker("random", 0.52)),
        cuts=_CODING,
        episodes=400,
        answer_tokens=64,
        steps=300,
        batch=32,
    ),
}
"""By task."""


# -- one agent for the team ------------------------------------------------------------------------------------------------

_HEADINGS = r"^=== \w+ ===\n?|"
# Where the second part has so many words, too, that whoever has not learnt to keep count never finds out what it is worth.
_LONG = ("arxiv",)


def solo_recipe(task: str) -> ToyRecipe:
    """The recipe for one agent that answers for all members of a task's team."""
    recipe = RECIPES[task]
    # It gives one answer where a team gives one for each member: less to learn from in as many episodes.
    steps = 2 * recipe.steps if task in _LONG else recipe.steps
    return replace(recipe, cuts=_HEADINGS + recipe.cuts, episodes=2 * recipe.episodes, steps=steps)


def hearing_recipe(task: str) -> ToyRecipe:
    """The recipe for members who are shown what their team mates say, under headings."""
    recipe = RECIPES[task]
    return replace(recipe, cuts=_HEADINGS + recipe.cuts)


def toy_recipe(env: CollabEnv | SoloEnv, protocol: str = "parallel") -> ToyRecipe:
    """The recipe for an environment's task, as it is played.

    Args:
        env: a team, or one agent that answers for all.
        protocol: how a team answers, see :mod:`collm_agents.protocols`.

    Raises:
        ValueError: if there is none.
    """
    name = (env.alone.team if isinstance(env, SoloEnv) else env).task.name
    if name not in RECIPES:
        raise ValueError(
            f"a toy is taught by scripted policies, and there is no recipe of them for {name}; "
            f"give a ToyRecipe of your own, or choose from: {', '.join(RECIPES)}"
        )
    if isinstance(env, SoloEnv):
        return solo_recipe(name)
    return RECIPES[name] if protocol == "parallel" else hearing_recipe(name)
