"""How sure a mean is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 10_000
_AT_ONCE = 1_000_000


class Interval(NamedTuple):
    """A mean and the bounds of its confidence interval."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float], confidence: float = 0.95, seed: int = 0) -> Interval:
    """The mean of ``values`` with its percentile bootstrap interval over 10,000 resamples.

    Args:
        values: one number per episode, at least one. Of a single one nothing is known: all three results are that number.
        confidence: share of resampled means within the bounds, in (0, 1).
        seed: seeds the resampling; the same values and seed give the same interval.

    Raises:
        ValueError: for no values or a confidence outside (0, 1).
    """
    if not len(values):
        raise ValueError("an interval needs at least one value")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    data = np.asarray(values, dtype=np.float64)
    if data.min() == data.max():
        # A mean of equal numbers may differ from them in the last digit.
        return Interval(float(data[0]), float(data[0]), float(data[0]))
    rng, count = np.random.default_rng(seed), len(data)
    rows = max(1, _AT_ONCE // count)  # Resamples drawn together: memory stays bounded for any number of episodes.
    sizes = [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
    means = np.concatenate([data[rng.integers(count, size=(size, count))].mean(axis=1) for size in sizes])
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(data.mean()), float(low), float(high))
