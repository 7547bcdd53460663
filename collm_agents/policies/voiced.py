"""Teams of models that nobody trained for the task: voices and a protocol."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from collm_agents import protocols
from collm_agents.policies import Usage
from collm_agents.voices import Completion, Voice
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SingleAgentEnv

_SEEDS = 2**31


class VoicedTeam:
    """Voices that answer by a protocol, in any parallel environment of texts.

    Same seed, same answers, where the voices allow. Time is that of generation alone: what is asked at once takes as long as
    its slowest answer, and what is asked in turn adds up, whatever the voices really did at the same time.

    Args:
        voices: one for all members, or one for each.
        protocol: one of :data:`collm_agents.protocols.PROTOCOLS`.
        rounds: of a discussion, 2 and up.
        name: what tables call the team; None for the names of its voices.
        settings: what else its answers follow from (a temperature, say), JSON-ready; for the records.
        whole: False for a part of a team, whose other members somebody else plays.

    Raises:
        ValueError: for an unknown protocol, or several voices where one is to answer for everybody.
    """

    def __init__(
        self,
        voices: Voice | Mapping[str, Voice],
        protocol: str = "parallel",
        rounds: int = protocols.ROUNDS,
        name: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        whole: bool = True,
    ) -> None:
        self.protocol: str = one_of("protocol", protocol, protocols.PROTOCOLS)
        if protocol == "single" and isinstance(voices, Mapping):
            raise ValueError("in the protocol single one model answers for everybody; give one, not one for each agent")
        if protocol == "discussion" and rounds < 2:
            raise ValueError(f"a discussion has 2 rounds or more, got {rounds}; one round is the protocol parallel")
        self.rounds = rounds
        self.settings = {**(settings or {}), **({"rounds": rounds} if protocol == "discussion" else {})}
        self._whole = whole
        self._voices = dict(voices) if isinstance(voices, Mapping) else voices
        self.name = name or (
            ",".join(f"{member}={voice.name}" for member, voice in self._voices.items())
            if isinstance(self._voices, dict)
            else self._voices.name
        )
        self._seed = self._turn = 0
        self._numbers: dict[str, int] = {}
        self._calls: list[dict[str, tuple[str, Completion]]] = []

    def reset(self, env: CollabEnv, seed: int) -> None:
        """Raises ValueError if the environment has an agent without a voice."""
        if isinstance(self._voices, dict) and self._whole:
            missing = [agent for agent in env.possible_agents if agent not in self._voices]
            if missing:
                raise ValueError(f"the team {self.name} has no agent {missing[0]}; it has: {', '.join(self._voices)}")
        self._seed, self._turn, self._calls = seed, 0, []
        self._numbers = {agent: number for number, agent in enumerate(env.possible_agents)}

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        """Raises BackendLost if a voice cannot be had any more."""
        self._turn, self._calls = self._turn + 1, []
        if self.protocol == "single":
            return protocols.single(observations, self._ask, SingleAgentEnv(env).prompt)
        if self.protocol == "parallel":
            return protocols.parallel(observations, self._ask)
        if self.protocol == "pipeline":
            return protocols.pipeline(observations, self._ask)
        return protocols.discussion(observations, self._ask, self.rounds)

    def _ask(self, prompts: Mapping[str, str]) -> dict[str, str]:
        """Put prompts to members, those of the same voice together."""
        groups: dict[int, list[str]] = {}
        for member in prompts:
            groups.setdefault(id(self._voice(member)), []).append(member)
        said: dict[str, tuple[str, Completion]] = {}
        for members in groups.values():
            voice = self._voice(members[0])
            answers = voice.ask([prompts[member] for member in members], self._number(members[0]))
            if len(answers) != len(members):
                raise ValueError(f"{voice.name} gave {len(answers)} answers to {len(members)} prompts")
            said.update((member, (prompts[member], answer)) for member, answer in zip(members, answers))
        self._calls.append({member: said[member] for member in prompts})
        return {member: said[member][1].text for member in prompts}

    def _voice(self, member: str) -> Voice:
        return self._voices[member] if isinstance(self._voices, dict) else self._voices

    def _number(self, member: str) -> int:
        """The seed of a call: another one for each episode, turn, round and first member."""
        key = (self._turn, len(self._calls), self._numbers.get(member, 0))
        words = np.random.SeedSequence(self._seed, spawn_key=key).generate_state(1)
        return int(words[0]) % _SEEDS

    @property
    def turn_seconds(self) -> float:
        """Of the last joint answer: the sum, over what was asked one after the other, of the slowest answer."""
        return sum((max(done.seconds for _, done in call.values()) for call in self._calls if call), 0.0)

    @property
    def seconds(self) -> dict[str, float]:
        """Of the last joint answer, by speaker: the sum of its completions' times."""
        return {who: sum((done.seconds for done in each), 0.0) for who, each in self._by_speaker().items()}

    @property
    def usage(self) -> dict[str, Usage]:
        """Of the last joint answer, by speaker: all its completions, drafts included."""
        return {
            who: sum((Usage(done.tokens, done.prompt_tokens, 1, int(done.cut)) for done in each), Usage())
            for who, each in self._by_speaker().items()
        }

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """Of the last joint answer, in order: ``call`` (from 1; those of one call at the same time), ``speaker``, ``prompt``,
        ``text``, ``tokens``, ``prompt_tokens``, ``cut``."""
        return [
            {
                "call": number,
                "speaker": who,
                "prompt": prompt,
                "text": done.text,
                "tokens": done.tokens,
                "prompt_tokens": done.prompt_tokens,
                "cut": done.cut,
            }
            for number, call in enumerate(self._calls, 1)
            for who, (prompt, done) in call.items()
        ]

    def _by_speaker(self) -> dict[str, list[Completion]]:
        found: dict[str, list[Completion]] = {}
        for call in self._calls:
            for who, (_, done) in call.items():
                found.setdefault(who, []).append(done)
        return found

    def another(self) -> VoicedTeam:
        """A team of the same voices for another episode at the same time; it is closed with this one."""
        other = copy.copy(self)
        other._calls = []
        return other

    def close(self) -> None:
        """Close all voices."""
        voices: Sequence[Voice] = list(self._voices.values()) if isinstance(self._voices, dict) else [self._voices]
        for voice in {id(voice): voice for voice in voices}.values():
            voice.close()
