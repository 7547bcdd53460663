"""The environment: turns, histories, infos and the transcript of any :class:`~collm_envs.core.task.Task`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from collm_envs.core import prompting
from collm_envs.core.checks import one_of, whole
from collm_envs.core.spaces import MAX_ACTION, MAX_OBSERVATION, MAX_STATE, Text
from collm_envs.core.task import BackendLost, Number, Score, Task

Infos = dict[str, dict[str, Number]]
Step = tuple[dict[str, str], dict[str, float], dict[str, bool], dict[str, bool], Infos]
LONGEST_EPISODE = 1_000_000
LARGEST_SEED = 2**64 - 1


class Turn(NamedTuple):
    """One joint step, as it happened. Tuples are in agent order."""

    prompts: tuple[str, ...]
    actions: tuple[str, ...]
    score: Score
    solved: bool
    terminated: bool
    lost: str = ""
    """Why the turn could not be scored; "" if it was."""


@dataclass(frozen=True)
class Source:
    """Where an instance comes from; the index is -1 for one that was given to ``reset``, which is in no split."""

    split: str
    index: int


@dataclass
class Episode:
    """All that changes between two resets."""

    instance: Any
    source: Source
    horizon: int
    carry: Any
    openings: tuple[str, ...]
    prompts: tuple[str, ...]
    turns: list[Turn] = field(default_factory=list)
    pending: Pending | None = None


class Pending(NamedTuple):
    """A joint action that is being scored."""

    actions: tuple[str, ...]
    score: Callable[[], Score]


class CollabEnv(ParallelEnv[str, str, str]):
    """A cooperative text task as a PettingZoo parallel environment.

    Each turn every agent reads its prompt (``str``, at most 65,536 characters) and answers with any ``str`` (cut at 16,384
    characters). All agents get the same raw reward and end together: when the turn's reward is above
    ``task.solved_above``, when the team is lost, or after ``max_cycles`` turns. The turn number is part of the prompt,
    so that the last turn is a termination, not a truncation. Where the backend of a score is lost (a sandbox, a server), the
    turn truncates the episode: its reward is not a number (NaN), for no reward was earned, and the transcript says why.

    Args:
        task: the task with its options.
        max_cycles: number of turns, 1 or more (default: the task's horizon). May be assigned later.
        split: split that ``reset`` draws from when its options name none (default: the task's).
        render_mode: None, ``"human"``, ``"ansi"`` or, for tasks with pictures, ``"rgb_array"``.

    Raises:
        ValueError: for an unknown split or render mode; the message names the choices.
        ImportError: for ``render_mode="rgb_array"`` without the extra ``render``.
    """

    def __init__(
        self,
        task: Task[Any],
        *,
        max_cycles: int | None = None,
        split: str | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.task = task
        self.max_cycles = task.horizon if max_cycles is None else max_cycles
        self.split = task.tasks.check(task.split if split is None else split)
        modes = ["human", "ansi"] + ["rgb_array"] * task.pictures
        self.render_mode = None if render_mode is None else one_of("render_mode", render_mode, modes)
        if render_mode == "rgb_array":
            task.check_pictures()
        self.metadata = {"name": f"{task.name}_v{task.version}", "render_modes": modes, "render_fps": 1, "is_parallelizable": True}
        self.possible_agents = list(task.agents)
        self.agents: list[str] = []
        self.roles = dict(zip(task.agents, task.roles))
        self.reward_range = task.reward_range
        self.state_space = Text(MAX_STATE)
        self._observation_spaces = {agent: Text(MAX_OBSERVATION) for agent in task.agents}
        self._action_spaces = {agent: Text(MAX_ACTION) for agent in task.agents}
        self._rng: np.random.Generator | None = None
        self._episode: Episode | None = None
        self._is_fork = False

    @property
    def max_cycles(self) -> int:
        """Number of turns, 1 to a million; may be assigned at any time. A running episode keeps the number it began with, for
        its agents were told that number."""
        return self._max_cycles

    @max_cycles.setter
    def max_cycles(self, turns: int) -> None:
        self._max_cycles = whole("max_cycles", turns, 1, LONGEST_EPISODE)

    def observation_space(self, agent: str) -> Text:
        """The space of an agent's prompts: the same object on every call."""
        return self._observation_spaces[one_of("agent", agent, self.possible_agents)]

    def action_space(self, agent: str) -> Text:
        """The space of an agent's completions: the same object on every call."""
        return self._action_spaces[one_of("agent", agent, self.possible_agents)]

    # -- the episode ------------------------------------------------------------------------------------------------

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, str], Infos]:
        """Start an episode.

        Args:
            seed: seeds the environment's own generator; None goes on with the present one.
            options: ``split`` and ``index`` pick an instance, ``task`` injects one (same fields as the data files);
                without an index one is drawn. Other keys are ignored.

        Returns:
            The first prompts and infos, by agent.

        Raises:
            ValueError, TypeError, IndexError: for an unknown split, an index outside it, or a malformed ``task``.
            BackendLost: if the task's backend cannot be had; the message says what to do.
        """
        if options is not None and not isinstance(options, Mapping):
            raise TypeError(f"options must be a mapping, got {type(options).__name__}")
        rng = self._rng
        if seed is not None or rng is None:
            rng = np.random.default_rng(None if seed is None else whole("seed", seed, 0, LARGEST_SEED))
        self.task.check_backend()
        drawn, source = self._pick(options or {}, rng)
        instance = self.task.prepare(drawn, rng)
        horizon, task = self.max_cycles, self.task
        carry = task.begin(instance, horizon)
        openings = tuple(task.opening(instance, agent) for agent in range(len(self.possible_agents)))
        situations = [task.situation(instance, agent, 1, carry) for agent in range(len(openings))]
        prompts = tuple(prompting.first(o, horizon, now)[:MAX_OBSERVATION] for o, now in zip(openings, situations))
        self._rng = rng
        self._episode = Episode(instance, source, horizon, carry, openings, prompts)
        self.agents = self.possible_agents[:]
        blank = self.task.start_infos(instance)
        return dict(zip(self.agents, prompts)), {agent: {"turn": 0, "solved": False, **blank} for agent in self.agents}

    def _pick(self, options: Mapping[str, Any], rng: np.random.Generator) -> tuple[Any, Source]:
        name = options.get("split", self.split)
        if options.get("task") is not None:
            return self.task.tasks.parse(options["task"]), Source(name, -1)
        split = self.task.tasks[name]
        index = options.get("index")
        place = int(rng.integers(len(split))) if index is None else index
        return split[place], Source(name, int(place) % len(split))

    def step(self, actions: Mapping[str, str]) -> Step:
        """Play one turn with every agent's completion.

        Args:
            actions: a ``str`` for each agent in ``agents``.

        Returns:
            Observations, rewards (one float, the same for all), terminations, truncations, infos: each by agent.

        Raises:
            ValueError: if an agent's action is missing or an unknown agent acts.
            TypeError: if ``actions`` is no mapping, or an action is not a ``str``.
            RuntimeError: if no episode is running, or a step begun with ``step_async`` is under way.
        """
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: Mapping[str, str]) -> None:
        """Begin a step, which :meth:`step_wait` ends, so that many environments' backends work at once.

        Arguments and errors are those of :meth:`step`.
        """
        episode = self._running()
        if episode.pending:
            raise RuntimeError("a step is under way: call step_wait() first")
        joint = self._joint(actions)
        try:
            score = self.task.submit(episode.instance, joint, episode.carry)
        except BackendLost as error:
            score = _raiser(error)
        episode.pending = Pending(joint, score)

    def step_wait(self) -> Step:
        """End the step that ``step_async`` began; returns what :meth:`step` does.

        Raises:
            RuntimeError: if none is under way.
        """
        episode = self._running()
        if episode.pending is None:
            raise RuntimeError("no step is under way: call step_async() first")
        (joint, pending), episode.pending = episode.pending, None
        try:
            score, lost = pending(), ""
            episode.carry = self.task.carry(episode.carry, score)
        except BackendLost as error:
            score, lost = Score.unknown(self.task.start_infos(episode.instance)), str(error)
        turn, agents = len(episode.turns) + 1, self.agents
        solved = score.total > self.task.solved_above
        ended = not lost and (solved or turn >= episode.horizon or self.task.lost(episode.carry))
        episode.turns.append(Turn(episode.prompts, joint, score, solved, ended, lost))
        episode.prompts = self._next_prompts(episode)
        shared = {"turn": turn, "solved": solved, **score.metrics}
        own = score.own or ({},) * len(agents)
        if ended or lost:
            self.agents = []
        return (
            dict(zip(agents, episode.prompts)),
            dict.fromkeys(agents, score.total),
            dict.fromkeys(agents, ended),
            dict.fromkeys(agents, bool(lost)),
            {agent: {**shared, **mine} for agent, mine in zip(agents, own)},
        )

    def step_cancel(self) -> None:
        """Forget a step that ``step_async`` began; the turn can be played again."""
        if self._episode:
            self._episode.pending = None

    def fork(self) -> CollabEnv:
        """An environment of its own in this one's state, so that several continuations can be played. What is heavy (data, a
        sandbox, a server) is shared, and stays with this one when the fork is closed; a step under way is not taken along."""
        other = copy.copy(self)
        other._is_fork = True
        other.agents, other._rng = self.agents[:], copy.deepcopy(self._rng)
        if self._episode:
            other._episode = replace(self._episode, turns=self._episode.turns[:], pending=None)
        return other

    def _running(self) -> Episode:
        if self._episode is None or not self.agents:
            raise RuntimeError("no episode is running: call reset() before step()")
        return self._episode

    def check_actions(self, actions: Mapping[str, str]) -> tuple[str, ...]:
        """The joint action in agent order, cut to length; raises what :meth:`step` raises, and steps nothing."""
        self._running()
        return self._joint(actions)

    def _joint(self, actions: Mapping[str, str]) -> tuple[str, ...]:
        if not isinstance(actions, Mapping):
            raise TypeError(f"actions must be a mapping from agent to str, got {type(actions).__name__}")
        if len(actions) != len(self.agents):
            for agent in actions:
                one_of("agent", agent, self.agents)
        joint = []
        for agent in self.agents:
            action = actions.get(agent)
            if not isinstance(action, str):
                if agent in actions:
                    raise TypeError(f"the action of {agent} must be a str, got {type(action).__name__}")
                raise ValueError(f"the action of {agent} is missing; expected one for each of: {', '.join(self.agents)}")
            joint.append(action if len(action) <= MAX_ACTION else action[:MAX_ACTION])
        return tuple(joint)

    def _next_prompts(self, episode: Episode) -> tuple[str, ...]:
        turn, number = episode.turns[-1], len(episode.turns)
        if turn.lost:
            return (prompting.cut_off(number, turn.lost),) * len(turn.actions)
        if turn.terminated:
            return (prompting.last(number, turn.score.total),) * len(turn.actions)
        task, instance, upcoming, horizon = self.task, episode.instance, number + 1, episode.horizon
        situations = [task.situation(instance, agent, upcoming, episode.carry) for agent in range(len(turn.actions))]
        texts = zip(episode.openings, turn.actions, task.reviews(instance, turn.actions, turn.score), situations)
        following, request, answer_last = prompting.following, task.request, task.answer_last
        return tuple([following(o, act, told, upcoming, horizon, request, answer_last, now) for o, act, told, now in texts])

    def close(self) -> None:
        """Release what the task keeps open (a server's site, say); what it shares with others stays open."""
        if not self._is_fork:
            self.task.close()

    # -- what can be looked at --------------------------------------------------------------------------------------

    @property
    def instance(self) -> Any:
        """The running episode's instance, with everything random resolved; None before the first reset."""
        return None if self._episode is None else self._episode.instance

    @property
    def source(self) -> Source | None:
        """The split and the index in it of the running episode's instance; None before the first reset."""
        return None if self._episode is None else self._episode.source

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns played since the last reset."""
        return () if self._episode is None else tuple(self._episode.turns)

    @property
    def transcript(self) -> list[dict[str, Any]]:
        """One JSON-ready record per turn: prompts, actions, reward, terms, metrics and the task's notes."""
        return [self._record(number, turn) for number, turn in enumerate(self.turns, 1)]

    def _record(self, number: int, turn: Turn) -> dict[str, Any]:
        names = self.possible_agents
        own = {name: dict(mine) for name, mine in zip(names, turn.score.own)}
        noted = {} if turn.lost else self.task.notes(turn.score)
        notes = {key: value if isinstance(value, Mapping) else dict(zip(names, value)) for key, value in noted.items()}
        return {
            "turn": number,
            "prompts": dict(zip(names, turn.prompts)),
            "actions": dict(zip(names, turn.actions)),
            "reward": None if turn.lost else turn.score.total,
            "terms": dict(turn.score.terms),
            "metrics": dict(turn.score.metrics),
            "agent_metrics": own,
            "solved": turn.solved,
            "terminated": turn.terminated,
            "truncated": bool(turn.lost),
            "lost": turn.lost,
            **notes,
        }

    def state(self) -> str:  # type: ignore[override]  # PettingZoo annotates arrays; its spaces allow any type
        """The joint history, tagged by turn and agent: of each turn what all agents saw, then what all answered."""
        # The newest text is what a critic needs most, so a history that is too long loses its beginning.
        entries: list[str] = []
        room = MAX_STATE
        for entry in self._newest_first():
            entries.append(entry[-room:])
            room -= len(entry) + 1
            if room <= 0:
                break
        return "\n".join(reversed(entries))

    def _newest_first(self) -> Iterator[str]:
        episode, agents = self._episode, list(enumerate(self.possible_agents))[::-1]
        if episode is None:
            return
        now = len(episode.turns) + 1
        for agent, name in agents:
            yield prompting.tagged(now, name, "observation", episode.prompts[agent])
        for number, turn in zip(range(now - 1, 0, -1), reversed(episode.turns)):
            for kind, texts in (("action", turn.actions), ("observation", turn.prompts)):
                for agent, name in agents:
                    yield prompting.tagged(number, name, kind, texts[agent])

    def render(self) -> NDArray[np.uint8] | str | None:
        """Draw the last turn in ``render_mode``: None after printing (``human``), text (``ansi``) or an RGB array."""
        if self.render_mode is None:
            gymnasium.logger.warn(f"render() needs a render_mode, one of: {', '.join(self.metadata['render_modes'])}")
            return None
        if self._episode is None:
            raise RuntimeError("nothing to render: call reset() before render()")
        last = self._episode.turns[-1] if self._episode.turns else None
        score = last.score if last and not last.lost else None
        if self.render_mode == "rgb_array":
            return self.task.picture(self._episode.instance, score)
        text = self.task.ansi(self._episode.instance, last.actions if last else None, score)
        if self.render_mode == "human":
            print(text)
            return None
        return text

    def __repr__(self) -> str:
        return f"<{self.metadata['name']}: {', '.join(self.possible_agents)}; {self.max_cycles} turns; split {self.split}>"

    __str__ = __repr__


def _raiser(error: BackendLost) -> Callable[[], Score]:
    def fail() -> Score:
        raise error

    return fail
