"""``collm train``: a new run or one gone on with, its progress, and what came of it."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from collm_agents.arguments import UsageError, one_line, user_input
from collm_agents.commands.console import make_console, make_progress, say
from collm_agents.presets import PAPER_REMARKS
from collm_agents.settings import SECTIONS, Sections, Settings, as_played, read_config
from collm_envs.core.task import BackendLost

_PACKAGES = {"torch": "torch", "transformers": "transformers", "peft": "peft", "yaml": "pyyaml"}


def train(
    named: Mapping[str, str | None],
    pairs: Iterable[Iterable[str]],
    flags: Sections,
    config: Path | None,
    out: Path | None,
    resume: Path | None,
) -> int:
    """Train, and say where the results are.

    Args:
        named: ``task``, ``method`` and ``preset``; None for what was not given.
        pairs: groups of ``key=value``, of ``--set``.
        flags: values of other flags, by section.
        config: a YAML file with settings.
        out: folder of a new run.
        resume: folder of a run to go on with.

    Returns:
        0, 1 where training failed, or 130 where it was interrupted; what was saved stands.
    """
    check_packages()
    words = list(chain.from_iterable(group or [""] for group in pairs))
    with user_input():
        given = read_config(config) if config else {}
    given |= {name: value for name, value in named.items() if value}
    if resume:
        folder, settings = resume, _resumed(resume, given, words, flags, out)
    else:
        folder, settings = _new(given, words, flags, out)
    return _run(settings, folder, bool(resume))


def check_packages() -> None:
    """UsageError naming the extra to install where learners cannot run."""
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise UsageError(f'collm train needs {", ".join(missing)}: pip install "collm-envs[agents]"')


def _new(given: Mapping[str, Any], pairs: list[str], flags: Sections, out: Path | None) -> tuple[Path, Settings]:
    from collm_agents import runs
    from collm_agents.resolve import names_of, resolve

    with user_input():
        names_of(given)
        if out is None:
            raise ValueError("collm train needs --out, a folder for the run, or --resume with the folder of an earlier one")
        if _first():
            runs.check_free(out)
        return out, resolve(given, pairs, flags)


def _resumed(folder: Path, given: Mapping[str, Any], pairs: list[str], flags: Sections, out: Path | None) -> Settings:
    """The settings of a run, in which nothing but the number of iterations may be changed."""
    from collm_agents import runs
    from collm_agents.resolve import check, merged, read_pairs
    from collm_agents.teams import check_base

    with user_input():
        settings = runs.read_settings(folder)
        if out is not None and out.resolve() != folder.resolve():
            raise ValueError(f"--resume {folder} goes on in that folder: leave out --out")
        for name, kept in (("task", settings.task), ("method", settings.method.name), ("preset", settings.preset)):
            if given.get(name, kept) != kept:
                raise ValueError(f"{folder} is a run with {name} {kept}, not {given[name]}")
        sections = {section: given.get(section) or {} for section in SECTIONS}
        asked = merged(sections, read_pairs(pairs, settings.task, settings.method), flags)
        extended = _extended(folder, settings, asked)
        _check_longer(folder, extended.learner.iterations)
        check_base(extended, folder)
        check(extended)
        return extended


def _check_longer(folder: Path, iterations: int) -> None:
    from collm_agents.checkpoint import iteration_of, newest

    done = iteration_of(newest(folder))
    if iterations < done:
        raise ValueError(
            f"{folder} has {done} iterations already: --iterations can make a run longer, not end it after {iterations}"
        )


def _extended(folder: Path, settings: Settings, asked: Sections) -> Settings:
    from collm_agents.resolve import BUILT, make
    from collm_agents.runs import CONFIG

    kept = settings.sections()
    iterations = asked["learner"].pop("iterations", settings.learner.iterations)
    for section, values in asked.items():
        if section != "env":
            # So that 1 and 1.0 are the same.
            whole = make(type(getattr(settings, section)), section, {**kept[section], **values})
            values = {key: getattr(whole, key) for key in values}
        for key, value in values.items():
            if key not in kept[section]:
                raise ValueError(f"unknown key of {section} {key!r}; choose from: {', '.join(kept[section])}")
            before = kept[section][key]
            if value != before and not ((section, key) == ("model", "name") and _same_model(value, before)):
                moved = (section, key) == ("model", "name") and before not in BUILT
                remedy = f"; if the model was moved, edit model.name in {folder / CONFIG}" if moved else ""
                raise ValueError(f"{folder} is a run with {section}.{key} {before!r}, not {value!r}: it keeps its settings{remedy}")
    return replace(settings, learner=replace(settings.learner, iterations=iterations))


def _same_model(asked: Any, kept: Any) -> bool:
    return isinstance(asked, str) and isinstance(kept, str) and Path(asked).expanduser().resolve() == Path(kept)


def _first() -> bool:
    """Whether this is the only process, or the first of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"


def _run(settings: Settings, folder: Path, resumed: bool) -> int:
    import torch

    from collm_agents import distributed, runs
    from collm_agents.teams import forget_toy

    if settings.run.threads is not None:
        torch.set_num_threads(settings.run.threads)
    with ExitStack() as stack:
        if _first():
            with user_input():
                stack.enter_context(runs.alone(folder))
                if not resumed:
                    runs.check_free(folder)  # Once more: another process may have been here since.
                    forget_toy(folder)
        distributed.start()
        stack.callback(distributed.stop)
        if settings.preset == "paper" and _first():
            for remark in PAPER_REMARKS:
                say(make_console(), f"note: {remark}")
        return _train(settings, folder, resumed)


def _train(settings: Settings, folder: Path, resumed: bool) -> int:
    from collm_agents import distributed, runs, training
    from collm_agents.checkpoint import CannotGoOn, iteration_of, newest
    from collm_agents.teams import quiet
    from collm_agents.trackers import Log, open_trackers

    first, run, logs = distributed.rank() == 0, settings.run, list[Log]()
    evaluation = training.Evaluation(run.eval_every, run.eval_episodes, {"split": run.eval_split}, run.eval_recorded)
    with ExitStack() as stack:
        with user_input():
            training.check_shares(settings.learner.episodes, evaluation)
        learner = _make_learner(settings, folder)
        stack.enter_context(quiet(settings.model, always=True))
        bar = stack.enter_context(_bar(settings, iteration_of(newest(folder)))) if first else None

        def on_start(done: int) -> None:
            # Not before: of a start that fails nothing is left, and a run that cannot go on is left as it was.
            with user_input():
                (runs.go_on if resumed else runs.begin)(folder, settings)
                logs.extend(open_trackers(settings, folder, stack))
            _warn(settings)

        def on_iteration(metrics: Mapping[str, float]) -> None:
            for log in logs:
                log("train", metrics)
            if bar:
                bar.iteration(metrics)

        def on_evaluation(metrics: Mapping[str, float]) -> None:
            for log in logs:
                log("eval", metrics)
            if bar:
                bar.evaluation(metrics)

        try:
            training.train(
                learner,
                folder,
                save_every=run.save_every,
                evaluation=evaluation,
                on_start=on_start,
                on_iteration=on_iteration,
                on_evaluation=on_evaluation,
            )
        except (training.Interrupted, FloatingPointError, BackendLost) as error:
            stack.close()
            stopped = isinstance(error, training.Interrupted)
            if first:
                complain(_ended("" if stopped else one_line(str(error)), settings.learner.iterations, folder))
            return 130 if stopped else 1
        except CannotGoOn as error:
            raise UsageError(str(error)) from error
    if first:
        runs.finish(folder, settings)
        _report(settings, folder)
    return 0


def _warn(settings: Settings) -> None:
    """Of a run in which no agent is trained."""
    warmup, iterations = getattr(settings.learner, "critic_warmup", 0), settings.learner.iterations
    if iterations <= warmup:
        words = f"critic_warmup={warmup} leaves none of the {iterations} iterations to the agents: only critics learn"
        complain(f"warning: {words}; ask for more --iterations or a smaller critic_warmup")


def _ended(error: str, iterations: int, folder: Path) -> str:
    """What to say of a run that was stopped, or failed with an error: what of it is saved, and how to go on."""
    from collm_agents.checkpoint import iteration_of, newest

    saved, again = newest(folder), f"collm train --resume {shlex.quote(str(folder))}"
    if saved is None:
        return f"training failed: {error}; nothing was saved of {iterations} iterations yet; to begin again: {again}"
    cause = f"training failed: {error}; saved as it was" if error else "stopped"
    return f"{cause} after iteration {iteration_of(saved)} of {iterations}; to go on: {again}"


def _make_learner(settings: Settings, folder: Path) -> Any:
    """The learner with its team; loading either shows."""
    from collm_agents import distributed
    from collm_agents.teams import keep_toy, new_team, quiet

    env = as_played(settings.team_env(), settings.method)
    if settings.model.name == "toy" and distributed.rank() == 0:
        with make_progress() as progress, user_input(), quiet(settings.model, always=True):
            bar = progress.add_task("toy model", total=None, note="")
            keep_toy(env, folder, lambda done, total, words: progress.update(bar, completed=done, total=total, note=words))
    distributed.gather([None])  # Nobody reads the toy before it is there.
    with user_input(), quiet(settings.model):
        team = new_team(settings, folder)
        return settings.method.learner(env, team, settings.learner)


class _Bar:
    """A progress bar of iterations, with the return and the speed of the last one and the newest evaluation."""

    def __init__(self, progress: Any, settings: Settings, done: int) -> None:
        self._progress, self._tried = progress, ""
        name = f"{settings.task}, {settings.method.name}"
        self._task = progress.add_task(name, total=settings.learner.iterations, completed=done, note="")

    def iteration(self, metrics: Mapping[str, float]) -> None:
        """Move on by one."""
        seconds = metrics["seconds_collecting"] + metrics["seconds_learning"]
        note = f"return {metrics['return']:.3f}  {metrics['tokens'] / max(seconds, 1e-9):,.0f} tokens/s{self._tried}"
        self._progress.update(self._task, completed=metrics["iteration"], note=note)

    def evaluation(self, metrics: Mapping[str, float]) -> None:
        """Show an evaluation's return from now on."""
        self._tried = f"  evaluated {metrics['return']:.3f}"


@contextlib.contextmanager
def _bar(settings: Settings, done: int) -> Iterator[_Bar]:
    with make_progress() as progress:
        yield _Bar(progress, settings, done)


def complain(text: str) -> None:
    """A line on standard error."""
    print(f"collm: {one_line(text)}", file=sys.stderr)


def _report(settings: Settings, folder: Path) -> None:
    """What training came to."""
    from collm_agents.checkpoint import AGENTS, EVALUATIONS, METRICS, read_lines

    console, lines = make_console(), read_lines(folder / METRICS)
    few = max(1, len(lines) // 10)
    before, after = (sum(line["return"] for line in part) / few for part in (lines[:few], lines[-few:]))
    last = lines[-1]
    say(console, f"return of the first {few} iterations {before:.3f}, of the last {after:.3f}")
    counts = [f"{last[f'total_{what}']:,} {what.replace('_', ' ')}" for what in ("joint_rewards", "responses", "tokens")]
    say(console, ", ".join(counts))
    for line in read_lines(folder / EVALUATIONS)[-1:]:
        say(console, f"evaluated on {line['episodes']} episodes of {settings.run.eval_split}: return {line['return']:.3f}")
    say(console, f"wrote {folder / METRICS}, {folder / EVALUATIONS}, {folder / AGENTS}")
    split = "" if settings.run.eval_split == "test" else f" --split {shlex.quote(settings.run.eval_split)}"
    say(console, f"to see it play: collm eval {settings.task} --team {shlex.quote(str(folder))}{split}")
