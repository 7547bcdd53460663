"""The training loop: iterate, write down, evaluate, save, and stop cleanly when asked to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

from collm_agents import checkpoint, distributed, recorded
from collm_agents.checkpoint import EVALUATIONS, METRICS
from collm_agents.collect import Collector, task_env
from collm_agents.learners.base import Learner, Metrics
from collm_agents.learners.measures import played
from collm_agents.results import EpisodeResult
from collm_envs.core.checks import whole
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import BackendLost

# Evaluations draw their chance as iterations do; no run gets to this one.
_ASIDE = 2**32 - 1
_MOST = 1_000_000_000


class Interrupted(KeyboardInterrupt):
    """Training was asked to stop, and stopped between two iterations, with a checkpoint of the last one if it has a folder."""


@dataclass(frozen=True)
class Evaluation:
    """When and on what a team is tried while it learns.

    Attributes:
        every: iterations between evaluations, the first before training; 0 for one at the end alone.
        episodes: of each, 1 and up: always the same instances, with the same random numbers.
        options: for ``env.reset``: ``{"split": "val"}``; None for those of training.
        recorded: how many of the episodes, the first ones, are kept with all that was said, 0 for none; only of a task's own
            environment, and only in a run with a folder. See :mod:`collm_agents.recorded`.
    """

    every: int = 0
    episodes: int = 64
    options: Mapping[str, Any] | None = None
    recorded: int = 4

    def __post_init__(self) -> None:
        for name, least in (("every", 0), ("episodes", 1), ("recorded", 0)):
            whole(name, getattr(self, name), least, _MOST)

    def due(self, iteration: int, last: int) -> bool:
        """Whether to evaluate after so many iterations of ``last``."""
        return iteration == last or (self.every > 0 and iteration % self.every == 0)


def train(
    learner: Learner,
    folder: str | Path | None = None,
    *,
    save_every: int = 10,
    evaluation: Evaluation | None = None,
    on_start: Callable[[int], None] | None = None,
    on_iteration: Callable[[Metrics], None] | None = None,
    on_evaluation: Callable[[Metrics], None] | None = None,
) -> list[Metrics]:
    """Let a learner learn for as many iterations as its config says.

    On SIGINT (Ctrl-C) or SIGTERM the running iteration is brought to its end and saved; a second one ends it at once.

    Args:
        learner: new, also where a run is to go on.
        folder: for ``metrics.jsonl``, ``eval.jsonl``, ``episodes``, ``checkpoints``, ``agents`` and ``critics``; a run that is
            there is gone on with from its newest checkpoint, to the bit on a processor. None writes nothing.
        save_every: iterations between checkpoints, 1 and up.
        evaluation: when and on what the team is tried; None for never.
        on_start: called once, with the iterations done before: a run that is there was read by then, and nothing of it changed.
        on_iteration: called with the metrics of each iteration, to show progress. See :meth:`.Learner.iterate` for the keys.
        on_evaluation: called with those of each evaluation.

    Returns:
        The metrics of all iterations, those of a run gone on with included.

    Raises:
        Interrupted: where it was asked to stop.
        CannotGoOn: a ValueError, if the folder's run has other settings, or parts of it are damaged or missing.
        ValueError: if there are fewer episodes than processes, or a number is out of range.
        BackendLost: if no episode of an iteration could be scored; the iterations before are saved.
        FloatingPointError: see :meth:`.Learner.iterate`; checkpoints written before stand.
    """
    check_shares(learner.config.episodes, evaluation)
    whole("save_every", save_every, 1, _MOST)
    home, first = None if folder is None else Path(folder), distributed.rank() == 0
    start = _resume(learner, home, save_every) if home else 0
    last = learner.config.iterations
    if first and on_start:
        on_start(start)
    with ExitStack() as stack:
        metrics = tests = None
        if home and first:
            home.mkdir(parents=True, exist_ok=True)
            checkpoint.clean(home)
            recorded.cut(home, start)
            metrics = stack.enter_context(closing(checkpoint.Lines(home / METRICS, start)))
            tests = stack.enter_context(closing(checkpoint.Lines(home / EVALUATIONS, start)))
        told: list[Metrics] = list(metrics.kept) if metrics else []
        tried = {line["iteration"] for line in tests.kept} if tests else set()
        stop = stack.enter_context(_stop_signals())

        def try_out() -> None:
            # Every process knows what is due, but only the first has the file that says what is done.
            [done] = distributed.gather([learner.iteration in tried])[:1]
            if evaluation and not done and evaluation.due(learner.iteration, last):
                kept = evaluation.recorded if home else 0
                result, results = _assess(learner, evaluation.episodes, evaluation.options, kept)
                # The line says that it is done: it comes last.
                if home and first and results:
                    recorded.keep(home, learner, results)
                if tests:
                    tests.add(result)
                if first and on_evaluation:
                    on_evaluation(result)

        def keep() -> None:
            if home and metrics and tests:
                metrics.sync()
                tests.sync()
                checkpoint.save(learner, home)

        try_out()
        while learner.iteration < last:
            try:
                result = learner.iterate()
            except BackendLost:  # No episode was scored, and nothing learnt: what there was before is worth keeping.
                keep()
                raise
            told.append(result)
            if metrics:
                metrics.add(result)
            if first and on_iteration:
                on_iteration(result)
            stopping = stop()
            if learner.iteration == last or not stopping:
                try_out()
            if stopping or learner.iteration % save_every == 0 or learner.iteration == last:
                keep()
            if stopping and learner.iteration < last:
                raise Interrupted
    return told


def check_shares(episodes: int, evaluation: Evaluation | None = None) -> None:
    """Raise ValueError if there is a process with nothing to play."""
    fewest = min(episodes, evaluation.episodes if evaluation else episodes)
    if fewest < distributed.size():
        raise ValueError(f"{distributed.size()} processes need as many episodes or more, got {fewest}")


def assess(learner: Learner, episodes: int = 64, options: Mapping[str, Any] | None = None) -> Metrics:
    """Play whole episodes with a learner's team as it is; nothing is learnt.

    Args:
        learner: whose team, environment, temperature and stopping rule.
        episodes: how many, 1 and up; the same ones on every call.
        options: for ``env.reset``; None for those of training.

    Returns:
        Their metrics under the names of training's, for which see :func:`.played`, and ``iteration``, ``episodes``, ``seconds``.
    """
    return _assess(learner, episodes, options, 0)[0]


def _assess(learner: Learner, episodes: int, options: Mapping[str, Any] | None, kept: int) -> tuple[Metrics, list[EpisodeResult]]:
    """The metrics of :func:`assess`, and those of the first ``kept`` episodes that can be recorded."""
    whole("episodes", episodes, 1, _MOST)
    start, config, trained = perf_counter(), learner.config, learner.collector
    collector = Collector(
        trained.env, learner.model, config.seed, config.joint_reward, trained.options if options is None else options
    )
    plan = replace(learner.plan, samples=1, joint="trajectory")
    ends: dict[int, CollabEnv] = {}

    def look(episode: int, env: Any) -> None:
        if episode < kept and (team := task_env(env)):
            ends[episode] = team

    mine = collector.collect(_ASIDE, distributed.share(range(episodes)), plan, config.sampling, look)
    roots = sorted(distributed.gather(mine), key=lambda root: root.episode)
    if not roots:
        raise BackendLost(f"the backend of all {episodes} episodes was lost")
    stage = recorded.stage_of(learner)
    told = [
        (root.episode, recorded.record(stage, root, ends[root.episode], collector.seed_of(_ASIDE, root.episode)))
        for root in mine
        if root.episode in ends
    ]
    results = [result for _, result in sorted(distributed.gather(told), key=lambda each: each[0])]
    measured = played(roots, config.gamma)
    return {"iteration": learner.iteration, "episodes": len(roots), **measured, "seconds": perf_counter() - start}, results


def _resume(learner: Learner, folder: Path, save_every: int) -> int:
    """Go on from the newest checkpoint, the same one in every process; returns the iterations done. The disk stays as it is."""
    place, problem = None, ""
    if distributed.rank() == 0:
        try:
            place = checkpoint.newest(folder)
            _check_whole(folder, place, save_every)
        except ValueError as error:  # The others would wait for ever.
            problem = str(error)
    place, problem = distributed.gather([(place, problem)])[0]
    if problem:
        raise checkpoint.CannotGoOn(problem)
    if place:
        checkpoint.load(learner, place)
    return learner.iteration


def _check_whole(folder: Path, place: Path | None, save_every: int) -> None:
    """ValueError if what came before is not all there: to go on would lose, or belie, the rest."""
    told, done = _iterations(folder / METRICS), checkpoint.iteration_of(place)
    _iterations(folder / EVALUATIONS)
    # A process killed early has lines but no checkpoint yet, and no agents: these come after the first checkpoint.
    if place is None and ((folder / checkpoint.AGENTS).exists() or max(told, default=0) > save_every):
        home = folder / checkpoint.FOLDER
        raise ValueError(f"{folder} has been trained, but {home} has no checkpoint to go on from: put it back, or begin a new run")
    gone = set(range(1, done + 1)).difference(told)
    if gone:
        words = (
            f"{folder / METRICS} has no line of {len(gone)} of the {done} iterations before {place}, the first of them {min(gone)}"
        )
        raise ValueError(f"{words}: put the file back as it was, or begin a new run")


def _iterations(path: Path) -> list[int]:
    """Which iteration each line is of."""
    told = []
    for number, line in enumerate(checkpoint.read_lines(path), 1):
        iteration = line.get("iteration") if isinstance(line, dict) else None
        if not isinstance(iteration, int):
            raise ValueError(f"{path}, line {number}, does not say of which iteration it is")
        told.append(iteration)
    return told


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """A function that says whether SIGINT or SIGTERM has come, to any of the processes. The second one is not waited with."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    def asked() -> bool:
        return any(distributed.gather([bool(came)]))

    # Handlers can be set in the main thread alone; a library in another one leaves signals to whoever runs it.
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
