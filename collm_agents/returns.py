"""What the turns of a trajectory are worth: returns, a critic's targets, advantages. Pure functions on arrays.

Turn t of a trajectory has the joint reward r_t and, where a critic exists, the value V_t of the history that its prompts show.
The last axis of every array runs over turns, all axes before it over trajectories, agents or whatever else is batched:

    rewards, values, mask       (..., T)
    last_value, terminated      (...)       one per trajectory, or a scalar for all

Trajectories of unequal length are padded to T turns; ``mask`` is True on the turns that were played. Padding may hold anything
and gets 0. Results are float64 and carry no gradient: targets and advantages are constants to a learner.

What K samples of one node are worth to each other is in :mod:`collm_agents.groups`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# The least deviation that advantages are divided by. The reference has 1e-6, which blows up differences in the last digits of
# nearly equal rewards to advantages of 1.
FLOOR = 0.01


def processed(rewards: ArrayLike, scale: float = 1.0, shift: float = 0.0) -> Floats:
    """Rewards as a learner sees them, ``scale * r + shift``: the shift is in units of the scaled reward. Any shape.

    Raises:
        ValueError: for rewards, a scale or a shift that are not finite.
    """
    return finite("scale", scale) * finite("rewards", rewards) + finite("shift", shift)


def discounted(rewards: ArrayLike, gamma: float, mask: ArrayLike | None = None) -> Floats:
    """The discounted return from each turn on, sum over k >= t of gamma^(k - t) r_k. ``[..., 0]`` is that of the whole trajectory.

    Args:
        rewards: (..., T), T >= 1.
        gamma: discount per turn, in [0, 1]. Tokens are never discounted.
        mask: (..., T), True on the turns played; None if all were.

    Returns:
        (..., T), 0 on padding.

    Raises:
        ValueError: as :func:`lambda_returns`.
    """
    return lambda_returns(rewards, np.zeros(np.shape(rewards)), 0.0, True, gamma, 1.0, mask)


def lambda_returns(
    rewards: ArrayLike,
    values: ArrayLike,
    last_value: ArrayLike,
    terminated: ArrayLike,
    gamma: float,
    lam: float,
    mask: ArrayLike | None = None,
) -> Floats:
    """A critic's targets: TD(lambda) returns, G_t = r_t + gamma ((1 - lam) V_{t+1} + lam G_{t+1}).

    After the last turn played G and V both are ``last_value``, or 0 where the task ended the episode (terminated). A trajectory
    that was merely cut (truncated) goes on in principle, and must bootstrap from the value of the history it was cut at.

    ``lam=0`` gives r_t + gamma V_{t+1}, the target of CoLLM-CC with joint values and of CoLLM-DC with each agent's own
    (arXiv:2601.21972); ``lam=1`` gives the Monte Carlo return.

    Args:
        rewards: (..., T), T >= 1, the joint reward of each turn, processed.
        values: (..., T), the critic's value of each turn's history, before any update on these trajectories.
        last_value: (...) or a scalar, the value of the history after the last turn; ignored where terminated, and may be NaN there.
        terminated: (...) or a scalar, bool; False means truncated.
        gamma: discount per turn, in [0, 1].
        lam: in [0, 1].
        mask: (..., T) bool, True on the turns played, which come first; None if all were.

    Returns:
        (..., T), 0 on padding.

    Raises:
        ValueError: if shapes differ, numbers that count are not finite, flags are not bool, a mask has a hole, or gamma or lam is
            outside [0, 1].
    """
    share("gamma", gamma)
    share("lam", lam)
    played = _played(np.shape(rewards), mask)
    reward, value = _padded("rewards", rewards, played), _padded("values", values, played)
    ended = _per_trajectory("terminated", _flags("terminated", terminated), played.shape[:-1])
    bootstrap = _per_trajectory("last_value", np.asarray(last_value, dtype=np.float64), played.shape[:-1])
    next_value = finite("last_value", np.where(ended, 0.0, bootstrap))
    target = next_value
    targets = np.zeros(played.shape)
    for turn in reversed(range(played.shape[-1])):
        now = played[..., turn]
        # On padding nothing changes: what follows a trajectory's last turn stays its bootstrap until that turn is reached.
        target = np.where(now, reward[..., turn] + gamma * ((1 - lam) * next_value + lam * target), target)
        next_value = np.where(now, value[..., turn], next_value)
        targets[..., turn] = np.where(now, target, 0.0)
    return targets


def advantages(
    rewards: ArrayLike,
    values: ArrayLike,
    last_value: ArrayLike,
    terminated: ArrayLike,
    gamma: float,
    lam: float,
    mask: ArrayLike | None = None,
) -> Floats:
    """Generalised advantage estimates: :func:`lambda_returns` minus the values, (..., T), 0 on padding.

    Equal to the sum over k of (gamma lam)^k delta_{t+k} with delta_t = r_t + gamma V_{t+1} - V_t (arXiv:1506.02438, eq. 16).
    ``lam=0`` is the advantage of CoLLM. ``lam`` need not be the one that the critic's targets have.

    Raises:
        ValueError: as :func:`lambda_returns`.
    """
    targets = lambda_returns(rewards, values, last_value, terminated, gamma, lam, mask)
    return targets - _padded("values", values, _played(targets.shape, mask))


def standardise(advantages: ArrayLike, mask: ArrayLike | None = None, axis: int | None = None, floor: float = FLOOR) -> Floats:
    """Advantages with mean 0 and deviation 1: (A - mean) / max(population standard deviation, floor).

    A single sample says nothing of its own spread and is left unchanged; equal samples give exactly 0.

    Args:
        advantages: any shape.
        mask: bool of that shape, True where a sample counts; the others may hold anything and get 0. None if all count.
        axis: the axis along which samples are compared; None compares all with all.
        floor: least divisor, > 0; :data:`FLOOR` says why it is not tiny.

    Returns:
        An array of the same shape.

    Raises:
        ValueError: for a mask of another shape or type, samples that are not finite, an axis out of range or a floor <= 0.
    """
    if not floor > 0:
        raise ValueError(f"floor must be above 0, got {floor}")
    shape = np.shape(advantages)
    if axis is not None and not -len(shape) <= axis < len(shape):
        raise ValueError(f"axis must be None or in {-len(shape)}..{len(shape) - 1} for shape {shape}, got {axis}")
    counts = _counted(shape, mask)
    sample = _padded("advantages", advantages, counts)
    number = counts.sum(axis=axis, keepdims=True)
    most = np.max(sample, axis=axis, keepdims=True, where=counts, initial=-np.inf)
    # Measured from the largest, equal samples are exactly 0; their mean may differ from them in the last digit.
    below = np.where(counts, sample - most, 0.0)
    mean = below.sum(axis=axis, keepdims=True) / np.maximum(number, 1)
    centred = np.where(counts, below - mean, 0.0)
    deviation = np.sqrt((centred**2).sum(axis=axis, keepdims=True) / np.maximum(number, 1))
    return np.where(number > 1, centred / np.maximum(deviation, floor), sample)


def clip_value_loss(values: ArrayLike, old_values: ArrayLike, targets: ArrayLike, clip: float) -> Floats:
    """The larger of two squared errors: of the value, and of the value held within ``clip`` of what it was at collection.

    max((T - V)^2, (T - clamp(V, V_old - clip, V_old + clip))^2), per sample. The reference applies it only to a critic that shares
    the actor's backbone. These are the numbers that a differentiable version must give.

    Args:
        values, old_values, targets: arrays of one shape.
        clip: > 0, in units of the value.

    Raises:
        ValueError: if shapes differ, numbers are not finite or clip <= 0.
    """
    if not clip > 0:
        raise ValueError(f"clip must be above 0, got {clip}")
    value, old, target = finite("values", values), finite("old_values", old_values), finite("targets", targets)
    if not value.shape == old.shape == target.shape:
        raise ValueError(f"values, old_values and targets must have one shape, got {value.shape}, {old.shape}, {target.shape}")
    held = np.clip(value, old - clip, old + clip)
    return np.maximum((target - value) ** 2, (target - held) ** 2)


def k3(log_ratio: ArrayLike) -> Floats:
    """A non-negative estimate of KL(policy || reference) from one sample of the policy: exp(d) - d - 1. Any shape, unsummed.

    Args:
        log_ratio: d = log p_reference - log p_policy, per token (J. Schulman, "Approximating KL divergence", 2020, estimator k3).

    Raises:
        ValueError: if a ratio is not finite.
    """
    ratio = finite("log_ratio", log_ratio)
    # exp(d) - 1 would lose all digits of small ratios, and even expm1 may round to just below d.
    return np.maximum(np.expm1(ratio) - ratio, 0.0)


def finite(what: str, values: ArrayLike) -> Floats:
    """``values`` as float64; ValueError naming ``what`` where one is NaN or infinite, for it would spread silently."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite, got {int((~np.isfinite(array)).sum())} of {array.size} that are not")
    return array


def number(what: str, value: object) -> None:
    """TypeError naming ``what`` unless ``value`` is a number."""
    if not isinstance(value, (int, float)):
        raise TypeError(f"{what} must be a number, got {value!r}")


def share(what: str, value: float) -> None:
    """ValueError naming ``what`` where ``value`` is outside [0, 1]; TypeError where it is no number."""
    number(what, value)
    if not 0 <= value <= 1:
        raise ValueError(f"{what} must be in [0, 1], got {value}")


def _padded(what: str, values: ArrayLike, counts: Flags) -> Floats:
    """``values`` with 0 where they do not count."""
    array = np.asarray(values, dtype=np.float64)
    if array.shape != counts.shape:
        raise ValueError(f"{what} must have shape {counts.shape}, got {array.shape}")
    return finite(what, np.where(counts, array, 0.0))


def _flags(what: str, values: ArrayLike) -> Flags:
    array = np.asarray(values)
    if array.dtype != np.bool_:
        # A number in place of a flag is most often an argument in the wrong place.
        raise ValueError(f"{what} must be bool, got {array.dtype}")
    return array


def _counted(shape: tuple[int, ...], mask: ArrayLike | None) -> Flags:
    """The mask, all True by default."""
    counts = np.ones(shape, dtype=np.bool_) if mask is None else _flags("mask", mask)
    if counts.shape != shape:
        raise ValueError(f"mask must have shape {shape}, got {counts.shape}")
    return counts


def _played(shape: tuple[int, ...], mask: ArrayLike | None) -> Flags:
    """The mask over turns."""
    if not shape or not shape[-1]:
        raise ValueError(f"rewards must have shape (..., turns) with at least one turn, got {shape}")
    played = _counted(shape, mask)
    if (played[..., 1:] & ~played[..., :-1]).any():
        raise ValueError("mask must be True on the first turns of each trajectory and False on the rest, without holes")
    return played


def _per_trajectory(what: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> NDArray[np.generic]:
    if array.shape not in ((), shape):
        raise ValueError(f"{what} must be a scalar or have one entry per trajectory, shape {shape}; got {array.shape}")
    return array
