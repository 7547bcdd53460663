"""The space of all strings up to a length: what agents read and write."""

from __future__ import annotations

import string
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

MAX_OBSERVATION = 65_536
MAX_ACTION = 16_384
MAX_STATE = 1_048_576

_SAMPLED = string.ascii_letters + string.digits + string.punctuation + " \n"
_LONGEST_SAMPLE = 64

_Mask = tuple[int | None, NDArray[Any] | None]


class Text(spaces.Text):
    """Every ``str`` of at most ``max_length`` characters, the empty one included.

    Gymnasium's own Text checks each character against a charset: its default has neither space nor newline, and one of all
    Unicode costs seconds and tens of megabytes. Here membership is a length check, and ``sample`` draws up to 64
    printable ASCII characters.

    Args:
        max_length: the largest number of characters, at least 0.
    """

    def __init__(self, max_length: int) -> None:
        super().__init__(max_length, min_length=0, charset=_SAMPLED)

    def contains(self, x: Any) -> bool:
        return isinstance(x, str) and len(x) <= self.max_length

    def sample(self, mask: _Mask | None = None, probability: _Mask | None = None) -> str:
        if mask is not None or probability is not None:
            return super().sample(mask, probability)
        length = int(self.np_random.integers(0, min(self.max_length, _LONGEST_SAMPLE) + 1))
        picks: NDArray[np.int64] = self.np_random.integers(0, len(_SAMPLED), length)
        return "".join(_SAMPLED[pick] for pick in picks)

    def __repr__(self) -> str:
        return f"Text(max_length={self.max_length})"

    def __eq__(self, other: object, /) -> bool:
        return isinstance(other, Text) and self.max_length == other.max_length

    __hash__ = None  # type: ignore[assignment]  # spaces are mutable (they hold a generator)

    @property
    def is_np_flattenable(self) -> bool:
        """False: characters outside the sampled set have no index in a flat array."""
        return False
