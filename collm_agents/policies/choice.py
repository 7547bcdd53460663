"""From what ``--team`` and its flags say to a team: what does not go together is found before anything is loaded."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, cast

from collm_agents.models.toy.recipes import RECIPES, toy_recipe
from collm_agents.policies import Team, is_folder, make_team, trained_options
from collm_agents.policies.mixed import MixedTeam
from collm_agents.policies.voiced import VoicedTeam
from collm_agents.protocols import PROTOCOLS, ROUNDS
from collm_agents.voices import NAMES, Speech, Voice, check_packages, check_voice, kind_of, load_factory, make_voice
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import BackendLost
from collm_envs.wrappers.single_agent import SoloEnv

_PART = re.compile(r"(?:^|,)([a-z]+_[0-9]+)=")
TOY = "toy"
"""A model of :mod:`collm_agents.models.toy`, built for the task, its options and the protocol if it never was before."""
_MODELS = ", ".join((TOY, *NAMES))
FORMS = ("the folder of a run of collm train", TOY, *NAMES, "AGENT=TEAM,AGENT=TEAM...")
"""What a team may be besides a script."""


@dataclass(frozen=True)
class Choice:
    """A team and how it answers; None is for what is usual.

    Attributes:
        team: a script, the folder of a run, a voice (see :mod:`collm_agents.voices`), ``toy``, or one of these for each agent,
            ``builder_0=...,builder_1=...``.
        protocol: of voices, one of :data:`collm_agents.protocols.PROTOCOLS` (usually parallel).
        rounds: of a discussion (usually 2).
        temperature: of trained teams (as they were trained) and voices (0.7); 0 takes the likeliest always.
        max_tokens: longest answer of voices (512; toys as long as they were taught).
        concurrency: prompts that a voice answers at once (8 requests; on this machine 1).
    """

    team: str
    protocol: str | None = None
    rounds: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    concurrency: int | None = None

    @property
    def parts(self) -> dict[str, str]:
        """Teams by agent, where each has its own; else nothing. ValueError for an agent named twice."""
        found = list(_PART.finditer(self.team))
        if not found or found[0].start():
            return {}
        ends = [each.start() for each in found[1:]] + [len(self.team)]
        names = [each[1] for each in found]
        if len(set(names)) < len(names):
            raise ValueError(f"an agent is named twice in {self.team!r}")
        return {each[1]: self.team[each.end() : end] for each, end in zip(found, ends)}

    @property
    def speech(self) -> Speech:
        """How its voices answer; ValueError for numbers out of range."""
        usual = Speech()
        return Speech(
            usual.temperature if self.temperature is None else self.temperature,
            usual.max_tokens if self.max_tokens is None else self.max_tokens,
            self.concurrency,
        )


def usual_options(choice: Choice, task: str) -> dict[str, Any]:
    """The options of ``task`` that the team was trained with, or that its toys are made for; none for one that never was trained.

    Raises:
        ValueError: for agents that were trained with different ones.
    """
    names = list(choice.parts.values() or [choice.team])
    found = {name: trained_options(name, task) for name in names if is_folder(name)}
    if TOY in names and task in RECIPES:
        found[TOY] = dict(RECIPES[task].options)
    options = list(found.values())
    for other in options[1:]:
        different = sorted(key for key in {*options[0], *other} if options[0].get(key) != other.get(key))
        if different:
            raise ValueError(f"{' and '.join(found)} were trained with different options of {task}: {', '.join(different)}")
    return options[0] if options else {}


def check_team(choice: Choice, env: CollabEnv) -> None:
    """Raise ValueError or ImportError for a team that cannot be, or flags that do not fit it; nothing is loaded."""
    parts = choice.parts
    kinds = {name: _kind(name, env) for name in parts.values() or [choice.team]}
    if choice.protocol is not None:
        one_of("protocol", choice.protocol, PROTOCOLS)
    for agent in parts:
        one_of("agent", agent, env.possible_agents)
    missing = [agent for agent in env.possible_agents if parts and agent not in parts]
    if missing:
        raise ValueError(f"nobody plays {missing[0]}; the agents are: {', '.join(env.possible_agents)}")
    others = {name: kind for name, kind in kinds.items() if kind in ("a script", "a trained team")}
    _check_flags(choice, parts, kinds, others)
    for name in kinds.keys() - others.keys() - {TOY}:
        check_voice(name)
    if TOY in kinds:
        check_packages()
        toy_recipe(env)


def _check_flags(choice: Choice, parts: Mapping[str, str], kinds: Mapping[str, str], others: Mapping[str, str]) -> None:
    flags: dict[str, float | None] = {"rounds": choice.rounds, "max-tokens": choice.max_tokens, "concurrency": choice.concurrency}
    for name, kind in others.items():
        if choice.protocol is not None and not (parts and choice.protocol == "parallel"):
            raise ValueError(f"--protocol {choice.protocol} is for models ({_MODELS}); {name} is {kind}")
        if kind == "a script" and choice.temperature is not None:
            raise ValueError(f"the team {name} is a script and has no temperature; a trained one has, and models")
    if len(others) == len(kinds):
        for flag, value in flags.items():
            if value is not None:
                raise ValueError(f"--{flag} is for models ({_MODELS}); {choice.team} is {next(iter(others.values()))}")
    if parts and choice.protocol == "single":
        raise ValueError("in --protocol single one model answers for everybody: give one team, not one for each agent")
    if choice.rounds is not None and choice.protocol != "discussion":
        raise ValueError("--rounds is for --protocol discussion")
    if choice.rounds is not None and choice.rounds < 2:
        raise ValueError(f"a discussion has 2 rounds or more, got --rounds {choice.rounds}")
    if "factory" in kinds.values():
        for flag, value in {"temperature": choice.temperature, **flags}.items():
            if value is not None and flag != "rounds":
                raise ValueError(f"--{flag} is up to module:factory itself")
    _ = choice.speech


def _kind(name: str, env: CollabEnv) -> str:
    if name in env.task.policies:
        return "a script"
    if is_folder(name):
        return "a trained team"
    if name == TOY:
        return TOY
    kind = kind_of(name)
    if not kind:
        what = f"there is no folder {name} with a trained team" if "/" in name else f"unknown team {name!r}"
        raise ValueError(f"{what}; choose from: {', '.join([*env.task.policies, *FORMS])}")
    return kind


def open_team(choice: Choice, env: CollabEnv, on_progress: Callable[[int, int, str], None] | None = None) -> Team:
    """The team, loaded. What of it has a method ``close`` wants to be closed.

    Args:
        choice: what was asked for.
        env: what it is to play.
        on_progress: called while a toy is built, with steps done, steps in all and a few words.

    Raises:
        ValueError, OSError, ImportError: as :func:`check_team`, and for models that cannot be loaded.
        TypeError: for a factory that makes neither a voice nor a team.
    """
    check_team(choice, env)
    parts, speech = choice.parts, choice.speech
    if TOY in (*parts.values(), choice.team) and choice.max_tokens is None:
        recipe = toy_recipe(env)
        speech = replace(speech, max_tokens=recipe.longest(len(env.possible_agents) if choice.protocol == "single" else 1))
    with ExitStack() as stack:
        made: dict[str, Team | Voice] = {}
        for name in dict.fromkeys(parts.values() or [choice.team]):
            made[name] = _toy(choice, speech, env, on_progress) if name == TOY else _make(name, choice, speech, env)
            stack.callback(getattr(made[name], "close", lambda: None))
        team = _assembled(choice, speech, made, parts)
        stack.pop_all()
    return team


def _toy(choice: Choice, speech: Speech, env: CollabEnv, on_progress: Callable[[int, int, str], None] | None) -> Voice:
    from collm_agents.models.toy import toy_model
    from collm_agents.settings import ModelSettings
    from collm_agents.teams import quiet
    from collm_agents.voices.local import LocalVoice

    alone = choice.protocol == "single"
    protocol = "parallel" if alone else choice.protocol or "parallel"
    # With the split it is for, whatever is played: what trains and what plays untrained are the same model.
    taught = CollabEnv(env.task, max_cycles=env.max_cycles, split=toy_recipe(env).split)
    with quiet(ModelSettings(name=TOY), always=True):
        folder = toy_model(SoloEnv(taught) if alone else taught, protocol=protocol, on_progress=on_progress)
        voice = LocalVoice(str(folder), temperature=speech.temperature, max_tokens=speech.max_tokens, batch=speech.concurrency or 1)
    voice.name = TOY
    return voice


def _make(name: str, choice: Choice, speech: Speech, env: CollabEnv) -> Team | Voice:
    if name in env.task.policies or is_folder(name):
        return make_team(name, env.task, None if name in env.task.policies else choice.temperature)
    if kind_of(name) != "factory":
        return make_voice(name, speech)
    factory = load_factory(name)
    try:
        made: Any = factory(env)
    except BackendLost:
        raise
    except Exception as error:  # It is the user's own code, which may fail with anything.
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error} ({place.filename}, line {place.lineno})"
        raise RuntimeError(f"{name} failed with {said}") from error
    for kind, needed in (("act", _TEAM), ("ask", _VOICE)):
        if hasattr(made, kind):
            missing = [each for each in needed if not hasattr(made, each)]
            if missing:
                raise TypeError(f"what {name} makes lacks {', '.join(missing)}; it must have: {', '.join(needed)}")
            return cast("Team | Voice", made)
    raise TypeError(f"{name} must make a team (with act) or a voice (with ask), got {type(made).__name__}")


_TEAM = ("name", "seconds", "usage", "turn_seconds", "reset", "act")
_VOICE = ("name", "ask", "close")


def _assembled(choice: Choice, speech: Speech, made: Mapping[str, Team | Voice], parts: Mapping[str, str]) -> Team:
    teams = [name for name, each in made.items() if hasattr(each, "act")]
    protocol, rounds = choice.protocol or "parallel", choice.rounds or ROUNDS
    settings = {} if "factory" in map(kind_of, made) else {"temperature": speech.temperature, "max_tokens": speech.max_tokens}
    if not parts:
        (whole,) = made.values()
        if teams and choice.protocol is not None and kind_of(choice.team) == "factory":
            raise ValueError(f"--protocol {choice.protocol} is for voices; {choice.team} makes a team")
        return cast(Team, whole) if teams else VoicedTeam(cast(Voice, whole), protocol, rounds, settings=settings)
    if not teams:
        voices = {agent: cast(Voice, made[name]) for agent, name in parts.items()}
        return VoicedTeam(voices, protocol, rounds, settings=settings)
    if protocol != "parallel":
        raise ValueError(f"--protocol {protocol} is for voices; {teams[0]} is a team")
    members: dict[str, Team] = {}
    for agent, name in parts.items():
        each = made[name]
        if name not in teams:
            voice = cast(Voice, each)
            members[agent] = VoicedTeam({agent: voice}, name=voice.name, whole=False, settings=settings)
            continue
        if getattr(each, "solo", False):
            raise ValueError(f"{name} was trained to answer for the whole team, not for {agent} alone")
        members[agent] = cast(Team, each)
    return MixedTeam(members)
