"""What a toy learns from: episodes that scripted policies of mixed skill play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from collm_agents.history import HistoryBuilder, Mode
from collm_agents.models.toy.recipes import Speaker, ToyRecipe
from collm_agents.models.toy.tokenizer import cutter
from collm_agents.protocols import after_others, having_heard
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SoloEnv, heading

_READ = 100
"""Of so many episodes the tokenizer sees the histories."""
_UNHEADED = 0.03
"""Chance with which one who answers for all leaves a heading out: what follows is taken for the part before it."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One answer to one prompt.

    Attributes:
        prompt: the observation.
        answer: what was said, and played.
        lesson: what one of the recipe's teachers would have said.
    """

    prompt: str
    answer: str
    lesson: str


@dataclass(frozen=True)
class Played:
    """All that was shown and said.

    Attributes:
        demonstrations: in the order of playing.
        histories: segments of joint histories and of each agent's own, as critics read them.
    """

    demonstrations: tuple[Demonstration, ...]
    histories: tuple[str, ...]


def team_of(env: CollabEnv | SoloEnv) -> CollabEnv:
    """The team that plays, be it by one agent that answers for all."""
    return env.alone.team if isinstance(env, SoloEnv) else env


def play(env: CollabEnv | SoloEnv, recipe: ToyRecipe, episodes: int, seed: int, protocol: str = "parallel") -> Played:
    """Let scripted policies play; the given environment's own episode is not touched.

    Which policy answers is drawn for each episode, member and turn by itself, so that right answers and wrong ones stand side by
    side in every history; where one agent answers for all, also in every answer. In a pipeline or a discussion members are shown
    what others say, to which scripted policies pay no heed.
    """
    given = team_of(env)
    team = CollabEnv(given.task.in_process(), max_cycles=given.max_cycles, split=given.split)
    own = SoloEnv(team) if isinstance(env, SoloEnv) else team
    demonstrations: list[Demonstration] = []
    histories: list[str] = []
    for episode in range(episodes):
        rng = Random(f"toy/{seed}/{episode}")
        observations, _ = own.reset(seed=rng.getrandbits(63))
        answers: dict[str, str] | None = None
        while own.agents:
            turn = len(team.turns) + 1
            asked = (_for_all if own is not team else _each)(team, recipe, turn, observations, rng)
            demonstrations += asked if protocol == "parallel" else _heard(protocol, team, recipe, turn, asked, rng)
            if episode < _READ:
                histories += _segments(turn, own.possible_agents, observations, answers)
            answers = dict(zip(own.agents, [one.answer for one in asked]))
            observations, *_ = own.step(answers)
    return Played(tuple(demonstrations), tuple(histories))


def _segments(turn: int, agents: Sequence[str], observations: Mapping[str, str], answers: Mapping[str, str] | None) -> list[str]:
    """What critics read of a turn: one of all agents, and one of each, with the answers before it and without."""
    readers = [tuple(agents), *((agent,) for agent in agents)]
    modes: tuple[Mode, ...] = ("current", "full")
    return [HistoryBuilder(mode).segment(turn, reader, observations, answers) for mode in modes for reader in readers]


def _each(team: CollabEnv, recipe: ToyRecipe, turn: int, prompts: Mapping[str, str], rng: Random) -> list[Demonstration]:
    return [_answer(team, recipe, agent, turn, prompts[name], rng) for agent, name in enumerate(team.agents)]


def _heard(
    protocol: str, team: CollabEnv, recipe: ToyRecipe, turn: int, asked: Sequence[Demonstration], rng: Random
) -> list[Demonstration]:
    """What members of a pipeline are asked, or of a discussion, round by round, and answer."""
    said = {name: one.answer for name, one in zip(team.agents, asked)}
    if protocol == "pipeline":
        before = [dict(islice(said.items(), place)) for place in range(len(said))]
        return [replace(one, prompt=after_others(one.prompt, heard)) for one, heard in zip(asked, before)]
    again = _each(team, recipe, turn, {name: one.prompt for name, one in zip(team.agents, asked)}, rng)
    revised = [replace(one, prompt=having_heard(one.prompt, name, said)) for name, one in zip(team.agents, again)]
    return [*asked, *revised]


def _for_all(team: CollabEnv, recipe: ToyRecipe, turn: int, prompts: Mapping[str, str], rng: Random) -> list[Demonstration]:
    """The one demonstration that holds every member's part."""
    [prompt] = prompts.values()
    parts = [_answer(team, recipe, agent, turn, prompt, rng) for agent in range(len(team.agents))]
    answer, lesson = [], []
    for name, part in zip(team.agents, parts):
        lesson += [heading(name), part.lesson]
        answer += [part.answer] if rng.random() < _UNHEADED else [heading(name), part.answer]
    return [Demonstration(prompt, "\n".join(answer), "\n".join(lesson))]


def _answer(env: CollabEnv, recipe: ToyRecipe, agent: int, turn: int, prompt: str, rng: Random) -> Demonstration:
    said, lesson = (
        _fitted(_spoken(env, speakers, agent, turn, Random(rng.getrandbits(63))), recipe)
        for speakers in (recipe.speakers, recipe.teachers)
    )
    return Demonstration(prompt, _thinned(said, recipe.noise, rng), lesson)


def _spoken(env: CollabEnv, speakers: Sequence[Speaker], agent: int, turn: int, rng: Random) -> str:
    speaker = rng.choices(speakers, [speaker.weight for speaker in speakers])[0]
    task = replace(env.task, **speaker.options) if speaker.options else env.task
    one_of(f"policy of {task.name}", speaker.policy, task.policies)
    return task.policies[speaker.policy](task, env.instance, agent, rng, turn)


def _fitted(answer: str, recipe: ToyRecipe) -> str:
    """An answer cut to length, after a whole line or else a whole word where there is one."""
    pieces = cutter(recipe.cuts).pre_tokenize_str(answer)
    if len(pieces) <= recipe.answer_tokens:
        return answer
    end = pieces[recipe.answer_tokens][1][0]
    space = max(answer.rfind("\n", 0, end + 1), 0) or max(answer.rfind(" ", 0, end + 1), 0)
    return answer[: space or end]


def _thinned(answer: str, share: float, rng: Random) -> str:
    lines = answer.split("\n")
    kept = [line for line in lines if rng.random() >= share]
    return "\n".join(kept) if kept and len(lines) > 1 else answer
