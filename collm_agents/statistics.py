"""How sure a mean is, how much two teams differ, and how often one of k tries succeeds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
_AT_ONCE = 1_000_000


class Interval(NamedTuple):
    """A mean and the bounds of its confidence interval."""

    mean: float
    low: float
    high: float


class Difference(NamedTuple):
    """By how much one team is better than another on the same instances.

    Attributes:
        interval: of the mean difference; both bounds on one side of 0 say that they differ.
        instances: on how many instances.
        left_out: how many instances only one of them has played.
    """

    interval: Interval
    instances: int
    left_out: int


def interval(
    values: Sequence[float], confidence: float = 0.95, seed: int = 0, instances: Sequence[Hashable] | None = None
) -> Interval:
    """The mean of ``values`` with its percentile bootstrap interval over 10,000 resamples.

    With ``instances``, first instances are drawn and then, of each, its episodes (two stages: Davison and Hinkley, *Bootstrap
    Methods and their Application*, 3.8): chance has its say in both, and several seeds of one instance are not taken for several
    instances. With one episode for each instance that is the plain bootstrap; with several the bounds are a little wide.

    Args:
        values: one number per episode, at least one. Of a single one nothing is known: all three results are that number.
        confidence: share of resampled means within the bounds, in (0, 1).
        seed: seeds the resampling; the same values and seed give the same interval.
        instances: what each value was measured on; None where each has an instance of its own.

    Raises:
        ValueError: for no values, instances of another number than values, or a confidence outside (0, 1).
    """
    if not len(values):
        raise ValueError("an interval needs at least one value")
    if instances is not None and len(instances) != len(values):
        raise ValueError(f"there must be an instance for each of {len(values)} values, got {len(instances)}")
    _check(confidence)
    groups: dict[Hashable, list[float]] = {}
    for number, value in enumerate(values):
        groups.setdefault(number if instances is None else instances[number], []).append(value)
    ragged = _Ragged(list(groups.values()))

    def mean(drawn: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        means: NDArray[np.float64] = ragged.sums(drawn, rng).sum(axis=1) / ragged.sizes[drawn].sum(axis=1)
        return means

    data = np.asarray(values, dtype=np.float64)
    if data.min() == data.max():
        # A mean of equal numbers may differ from them in the last digit.
        return Interval(float(data[0]), float(data[0]), float(data[0]))
    return _bounds(float(data.mean()), mean, len(groups), ragged.widest, confidence, seed)


def crossed_interval(values: Sequence[Sequence[float]], confidence: float = 0.95, seed: int = 0) -> Interval:
    """The mean of R runs x N instances with the interval of both: runs and instances are drawn independently of each other
    (the pigeonhole bootstrap: Owen, *Annals of Applied Statistics* 1(2), 2007), which errs on the wide side.

    Args:
        values: R rows of N numbers: every run (training seed) on every instance.
        confidence: share of resampled means within the bounds, in (0, 1).
        seed: of the resampling.

    Raises:
        ValueError: for rows that are empty or of unequal length, or a confidence outside (0, 1).
    """
    if not values or not values[0] or len({len(row) for row in values}) > 1:
        raise ValueError("every run must have played the same instances, one at least")
    _check(confidence)
    data = np.asarray(values, dtype=np.float64)
    if data.min() == data.max():
        return Interval(float(data[0, 0]), float(data[0, 0]), float(data[0, 0]))
    runs, count = data.shape

    def mean(drawn: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        columns = rng.integers(count, size=(len(drawn), count))
        means: NDArray[np.float64] = np.take_along_axis(_of_runs(data, drawn), columns, axis=1).mean(axis=1)
        return means

    return _bounds(float(data.mean()), mean, runs, count, confidence, seed)


def crossed_difference(
    first: Sequence[Sequence[float]], second: Sequence[Sequence[float]], confidence: float = 0.95, seed: int = 0
) -> Interval:
    """The mean of the first's runs minus that of the second's on the same N instances, with the interval of runs and instances.

    As in :func:`crossed_interval`; runs of either side are drawn for themselves, instances for both together, so that what makes an
    instance hard for both does not blur how they differ.

    Args:
        first, second: rows of N numbers, every run on every instance; the two may have different numbers of runs.
        confidence: share of resampled means within the bounds, in (0, 1).
        seed: of the resampling.

    Raises:
        ValueError: for rows that are empty or of unequal length, or a confidence outside (0, 1).
    """
    if not first or not second or not first[0] or len({len(row) for row in (*first, *second)}) > 1:
        raise ValueError("every run of both must have played the same instances, one at least")
    _check(confidence)
    sides = [np.asarray(rows, dtype=np.float64) for rows in (first, second)]
    gap = float(sides[0].mean() - sides[1].mean())
    if all(side.min() == side.max() for side in sides):
        return Interval(gap, gap, gap)
    count = sides[0].shape[1]

    def mean(drawn: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        ours, theirs = (_of_runs(side, rng.integers(len(side), size=(len(drawn), len(side)))) for side in sides)
        means: NDArray[np.float64] = np.take_along_axis(ours - theirs, drawn, axis=1).mean(axis=1)
        return means

    return _bounds(gap, mean, count, 1, confidence, seed)


def paired(
    first: Mapping[Hashable, Sequence[float]],
    second: Mapping[Hashable, Sequence[float]],
    confidence: float = 0.95,
    seed: int = 0,
) -> Difference:
    """First minus second on the instances that both have played, with its bootstrap interval.

    Instances are drawn, and of each the episodes of either side (as in :func:`interval`), so that what makes an instance hard
    for both does not blur how they differ. Every instance counts alike, however often it was played.

    Args:
        first, second: by instance, the values of its episodes, one or more.
        confidence: share of resampled means within the bounds, in (0, 1).
        seed: of the resampling.

    Raises:
        ValueError: if they have no instance in common, or a confidence outside (0, 1).
    """
    _check(confidence)
    shared = [key for key in first if key in second]
    if not shared:
        raise ValueError("the two have no instance in common")
    sides = [_Ragged([list(side[key]) for key in shared]) for side in (first, second)]
    gaps = np.asarray([np.mean(first[key]) - np.mean(second[key]) for key in shared], dtype=np.float64)
    left_out = len(first) + len(second) - 2 * len(shared)

    def mean(drawn: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        one, other = (side.sums(drawn, rng) / side.sizes[drawn] for side in sides)
        means: NDArray[np.float64] = (one - other).mean(axis=1)
        return means

    widest = max(side.widest for side in sides)
    return Difference(_bounds(float(gaps.mean()), mean, len(shared), widest, confidence, seed), len(shared), left_out)


def pass_at_k(tries: int, passed: int, k: int) -> float:
    """The chance that of ``k`` tries at one instance at least one passes, estimated without bias from ``tries`` >= k of them:
    1 - C(n - c, k) / C(n, k) (Chen et al., arXiv:2107.03374, section 2.1).

    Args:
        tries: n, made.
        passed: c, of these that passed, 0..n.
        k: 1..n.

    Raises:
        ValueError: for numbers out of range.
    """
    if not 0 <= passed <= tries:
        raise ValueError(f"passed must be in 0..{tries}, got {passed}")
    if not 1 <= k <= tries:
        raise ValueError(f"k must be in 1..{tries}, the tries made, got {k}")
    return 1.0 - comb(tries - passed, k) / comb(tries, k)


def _of_runs(data: NDArray[np.float64], drawn: NDArray[np.int64]) -> NDArray[np.float64]:
    """(B, N): of each of B draws of R runs with replacement, (B, R), the mean by instance of what they have in ``data``, (R, N)."""
    runs = len(data)
    weights = np.stack([(drawn == number).sum(axis=1) for number in range(runs)], axis=1)
    means: NDArray[np.float64] = weights @ data / runs
    return means


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")


class _Ragged:
    """Lists of unequal length, of each of which as many numbers are drawn with replacement as it has."""

    def __init__(self, groups: Sequence[Sequence[float]]) -> None:
        self.sizes = np.asarray([len(group) for group in groups], dtype=np.int64)
        if not self.sizes.all():
            raise ValueError("every instance needs at least one value")
        self.widest = int(self.sizes.max())
        self._starts = np.cumsum(self.sizes) - self.sizes
        self._flat = np.asarray([value for group in groups for value in group], dtype=np.float64)

    def sums(self, drawn: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        """The sum of what is drawn of each list of ``drawn``, in its shape."""
        if self.widest == 1:
            first: NDArray[np.float64] = self._flat[drawn]
            return first
        sizes = self.sizes[drawn][..., None]
        places = (rng.random((*drawn.shape, self.widest)) * sizes).astype(np.int64)
        found = self._flat[self._starts[drawn][..., None] + places]
        total: NDArray[np.float64] = np.where(np.arange(self.widest) < sizes, found, 0.0).sum(axis=-1)
        return total


def _bounds(
    mean: float,
    resampled: Callable[[NDArray[np.int64], np.random.Generator], NDArray[np.float64]],
    count: int,
    width: int,
    confidence: float,
    seed: int,
) -> Interval:
    """Quantiles of the means of resamples; ``width`` is how many numbers one of ``count`` draws may take."""
    rng = np.random.default_rng(seed)
    rows = max(1, _AT_ONCE // (count * width))  # Resamples drawn together: memory stays bounded for any number of episodes.
    sizes = [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
    means = np.concatenate([resampled(rng.integers(count, size=(size, count)), rng) for size in sizes])
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    # Where resamples are all alike, they may differ from the mean in the last digit.
    return Interval(mean, min(mean, float(low)), max(mean, float(high)))
