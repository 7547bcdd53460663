"""The spiders of HouseBuild: what they do to a team that does not kill them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SPIDERS = 3
LEAST_ATTACK, LARGEST_ATTACK = 1, 3
FULL_HEALTH = 20.0
"""Health of a builder of a server that nothing has bitten."""


def draw(rng: np.random.Generator) -> tuple[int, ...]:
    """Damage per turn of three spiders, each 1, 2 or 3 with equal chance."""
    return tuple(int(attack) for attack in rng.integers(LEAST_ATTACK, LARGEST_ATTACK + 1, SPIDERS))


def threat(attacks: Sequence[int], player_hp: int) -> float:
    """The damage of a turn as a share of full health, at most 1: min(1, D / HP)."""
    return min(1.0, sum(attacks) / player_hp)


def health_after(hp: int, attacks: Sequence[int], killed: bool) -> int:
    """Health after a turn: unless someone killed the spiders it falls by their damage, to 0 at the lowest."""
    return hp if killed else max(0, hp - sum(attacks))
