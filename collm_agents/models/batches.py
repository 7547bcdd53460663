"""Rows of unequal length as rectangles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray


def by_length(lengths: Sequence[int], rows: int) -> list[list[int]]:
    """Indices in batches of at most ``rows``, the longest first, so that rows of a batch are of similar length."""
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    return [order[start : start + rows] for start in range(0, len(order), rows)]


def padded(
    rows: Sequence[NDArray[np.int64] | Sequence[int]], fill: int, device: torch.device, left: bool = False, width: int = 0
) -> torch.Tensor:
    """int64 (rows, longest), filled up at the right, or at the left; ``width`` is the least that it is wide."""
    width = max(width, *map(len, rows))
    block = np.full((len(rows), width), fill, dtype=np.int64)
    for target, row in zip(block, rows):
        start = width - len(row) if left else 0
        target[start : start + len(row)] = row
    return torch.from_numpy(block).to(device)
