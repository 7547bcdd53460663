"""Several processes, one run: each plays its share of the episodes and works out its share of every gradient.

All else (advantages, replays, metrics, what to do next) every process decides by itself from the same data, so that a run on N
processes is the run on one but for the order in which sums are rounded. ``torchrun`` starts the processes; without it there is one.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
from torch import distributed

T = TypeVar("T")


def start() -> None:
    """Join the processes that ``torchrun`` started, if it did: gloo for what is on processors, NCCL for GPUs."""
    if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1 and not distributed.is_initialized():
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")


def stop() -> None:
    """Leave them."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def size() -> int:
    """How many processes there are."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this one is, 0 and up."""
    return distributed.get_rank() if size() > 1 else 0


def share(items: Sequence[T]) -> Sequence[T]:
    """This process's part of the work."""
    return items[rank() :: size()]


def gather(mine: Sequence[T]) -> list[T]:
    """Everybody's results of the work that :func:`share` dealt out, back in its order. Items must be picklable."""
    if size() == 1:
        return list(mine)
    parts: list[Sequence[T]] = [[] for _ in range(size())]
    distributed.all_gather_object(parts, mine)
    nothing = object()
    rounds = itertools.zip_longest(*parts, fillvalue=nothing)
    return [item for row in rounds for item in row if item is not nothing]  # type: ignore[misc]


def add_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Make everybody's gradients their sum; a parameter without one, here or elsewhere, has zero."""
    if size() == 1:
        return
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        distributed.all_reduce(parameter.grad)
