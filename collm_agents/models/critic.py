"""A critic that reads: an adapter of its own on a base, and a linear read-out of its hidden states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file

from collm_agents.models.backbone import Backbone, restore
from collm_agents.models.base import History
from collm_agents.models.batches import by_length, padded

_REMEMBERED = 16_384
"""Segments whose tokens are kept."""


class _Pass(NamedTuple):
    """Tokens to read, and the places in them where values are read out."""

    ids: tuple[int, ...]
    places: tuple[int, ...]


class LocalCritic:
    """Values of histories by a language model. The values are 0 until the first update.

    A history is read as plain text, segment after segment, each followed by an end token, where the value of its turn is read; so
    every value is read at the same token whatever the text before it.

    Args:
        backbone: the model.
        adapter: its adapter; None where the whole model is the critic's own.
        batch: rows per forward pass.
        count: told how many tokens each pass reads.
    """

    def __init__(self, backbone: Backbone, adapter: str | None, batch: int, count: Callable[[int], None]) -> None:
        self._backbone, self._adapter, self._batch, self._count = backbone, adapter, batch, count
        self._rendering = backbone.rendering
        # A replay shows the same segments again and again.
        self._tokens = lru_cache(_REMEMBERED)(self._segment)
        size = int(backbone.config.hidden_size)
        self._head = torch.nn.Parameter(torch.zeros(size, device=backbone.device))
        self._bias = torch.nn.Parameter(torch.zeros(1, device=backbone.device))

    def values(self, histories: Sequence[History], window: int | None) -> list[torch.Tensor]:
        """The value of each turn of each history, float32 tensors of shape (turns,), through which gradients flow.

        A turn whose history is longer than the model's context is valued by the end of it, in a pass of its own. Equal histories
        are read once.

        Args:
            histories: each of one segment per turn, at least one.
            window: how many of the newest segments a value may depend on, 1 and up; None for all.

        Raises:
            ValueError: for a history without segments, or a window below 1.
        """
        if window is not None and window < 1:
            raise ValueError(f"window must be None or 1 and up, got {window}")
        passes: dict[_Pass, int] = {}
        reads: dict[History, list[tuple[int, int]]] = {}
        for history in histories:
            if not history:
                raise ValueError("a history has at least one segment")
            if history not in reads:
                planned = self._passes([self._tokens(text) for text in history], window)
                reads[history] = [(passes.setdefault(p, len(passes)), place) for p in planned for place in range(len(p.places))]
        values = self._read(list(passes))
        return [torch.stack([values[number][place] for number, place in reads[history]]) for history in histories]

    def length(self, history: History, window: int | None) -> int:
        """How many tokens :meth:`values` reads for a history; ValueError for a window below 1."""
        return sum(len(each.ids) for each in self._passes([self._tokens(text) for text in history], window))

    def _segment(self, text: str) -> tuple[int, ...]:
        return (*self._rendering.plain(text), self._rendering.end)

    def _passes(self, segments: Sequence[tuple[int, ...]], window: int | None) -> list[_Pass]:
        """What to read for the values of all turns, in the order of turns."""
        context = self._rendering.context
        if window is not None:
            spans = [segments[max(0, turn + 1 - window) : turn + 1] for turn in range(len(segments))]
            rows = [tuple(chain.from_iterable(span))[-context if context else 0 :] for span in spans]
            return [_Pass(row, (len(row) - 1,)) for row in rows]
        ids = tuple(chain.from_iterable(segments))
        ends: list[int] = []
        for segment in segments:
            ends.append((ends[-1] if ends else 0) + len(segment))
        fits = [end for end in ends if context is None or end <= context]
        first = [_Pass(ids[: fits[-1]], tuple(end - 1 for end in fits))] if fits else []
        return first + [_Pass(ids[end - context : end], (context - 1,)) for end in ends[len(fits) :] if context is not None]

    def _read(self, passes: Sequence[_Pass]) -> list[torch.Tensor]:
        values: list[torch.Tensor] = [self._bias] * len(passes)
        voice = self._backbone.voice(self._adapter)
        for batch in by_length([len(p.ids) for p in passes], self._batch):
            ids = padded([passes[number].ids for number in batch], 0, self._backbone.device)
            with self._backbone.checkpointing():
                # Filled up at the right, where nothing that is read out can see it.
                hidden = voice.decoder(input_ids=ids, use_cache=False).last_hidden_state
            self._count(sum(len(passes[number].ids) for number in batch))
            for row, number in enumerate(batch):
                places = torch.as_tensor(passes[number].places, device=ids.device)
                values[number] = hidden[row].index_select(0, places).float() @ self._head + self._bias
        return values

    def _head_weights(self) -> dict[str, torch.nn.Parameter]:
        return {"value_head.weight": self._head, "value_head.bias": self._bias}

    def parameters(self) -> list[torch.nn.Parameter]:
        """The adapter's weights and the read-out's, float32."""
        return [*self._backbone.parameters(self._adapter), self._head, self._bias]

    def state(self) -> dict[str, torch.Tensor]:
        """Copies on the CPU of all that is trained, by name."""
        head = {name: weight.detach().to("cpu", copy=True) for name, weight in self._head_weights().items()}
        return {**self._backbone.state(self._adapter), **head}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take back a :meth:`state`; ValueError where names or shapes differ."""
        head = self._head_weights()
        restore(head, {name: weight for name, weight in state.items() if name in head})
        self._backbone.load_state(self._adapter, {name: weight for name, weight in state.items() if name not in head})

    def save(self, folder: Path) -> None:
        """Write the adapter as peft does (or the model as transformers does), the tokenizer, and ``value_head.safetensors``."""
        self._backbone.save(self._adapter, folder)
        head = {name: weight.detach().cpu().contiguous() for name, weight in self._head_weights().items()}
        save_file(head, folder / "value_head.safetensors", {"format": "pt"})

    def load(self, folder: Path) -> None:
        """Take back what :meth:`save` wrote."""
        self._backbone.load(self._adapter, folder)
        restore(self._head_weights(), load_file(folder / "value_head.safetensors"))
