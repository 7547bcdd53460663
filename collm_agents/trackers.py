"""Metrics for those who watch elsewhere: TensorBoard, Weights & Biases. ``metrics.jsonl`` has them all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from collm_agents import runs
from collm_agents.settings import Settings

Log = Callable[[str, Mapping[str, float]], None]
"""Takes ``train`` or ``eval`` and the metrics of an iteration."""


def open_trackers(settings: Settings, folder: Path, stack: ExitStack) -> list[Log]:
    """The trackers that the settings ask for; they are closed with ``stack``.

    Args:
        settings: of the run.
        folder: of the run; TensorBoard's files go to ``tensorboard`` there, the run's id at Weights & Biases to ``run.json``: a
            run that is gone on with goes on there, too.
        stack: what closes them.

    Raises:
        ImportError: where a package is missing; the message says how to install it.
    """
    trackers = []
    if settings.run.tensorboard:
        trackers.append(_tensorboard(folder, stack))
    if settings.run.wandb:
        trackers.append(_wandb(settings, folder, stack))
    return trackers


def _tensorboard(folder: Path, stack: ExitStack) -> Log:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ImportError('--tensorboard needs the package tensorboard: pip install "collm-envs[track]"') from error
    writer: Any = SummaryWriter(str(folder / "tensorboard"))
    stack.callback(writer.close)

    def log(kind: str, metrics: Mapping[str, float]) -> None:
        for name, value in metrics.items():
            writer.add_scalar(f"{kind}/{name}", value, int(metrics["iteration"]))

    return log


def _wandb(settings: Settings, folder: Path, stack: ExitStack) -> Log:
    try:
        import wandb
    except ImportError as error:
        raise ImportError('--wandb needs the package wandb: pip install "collm-envs[track]"') from error
    known = runs.noted(folder, "wandb")
    about = {"project": settings.run.wandb, "name": folder.name, "dir": str(folder), "config": settings.sections()}
    # What a run that is gone on with logged after its last checkpoint it logs again; wandb keeps the first of each step.
    run = wandb.init(**about, id=known, resume="allow")
    stack.callback(run.finish)
    if known is None:
        runs.note(folder, "wandb", run.id)

    def log(kind: str, metrics: Mapping[str, float]) -> None:
        run.log({f"{kind}/{name}": value for name, value in metrics.items()}, step=int(metrics["iteration"]))

    return log
