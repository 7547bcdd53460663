"""Sampling from a language model: one pass over each distinct prompt, then all rows together, token by token.

``transformers`` has a loop of its own, which draws from the global random numbers and reads a prompt once per sample; here
every row brings its numbers, so that what it answers does not depend on the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from collm_agents.models.backbone import Voice
from collm_agents.models.base import Sampling
from collm_agents.models.batches import padded

# How many of a batch's rows may have ended before they are taken out of it: copying the others costs about one token's time.
_IDLE = 0.2
# On a GPU to ask whether a row has ended is to wait for it.
_PATIENCE = 8
# Tokens of prompts read at a time, padding included: more of them gain nothing, and would take more memory than all else.
_READ = 4096
_LAST = 1 - 2.0**-52


class Completion(NamedTuple):
    """int64 (L,) and float32 (L,), the tokens sampled and their log-probabilities; whether the last of them is an end token."""

    ids: NDArray[np.int64]
    log_probs: NDArray[np.float32]
    ended: bool


@torch.inference_mode()
def generate(
    voice: Voice,
    config: Any,
    prompts: Sequence[NDArray[np.int64]],
    which: Sequence[int],
    numbers: NDArray[np.float64],
    sampling: Sampling,
    ends: Sequence[int],
    device: torch.device,
    assign: Callable[[Sequence[int]], None] | None = None,
) -> list[Completion]:
    """One completion for each row.

    Args:
        voice: the model; computes in evaluation mode.
        config: the model's, which says what its cache looks like.
        prompts: distinct, each of at least one token.
        which: (R,), the prompt of each row.
        numbers: (R, max_new_tokens), in [0, 1): what each token of a row is drawn by.
        sampling: temperature and limits.
        ends: tokens that end a completion.
        device: where the model is.
        assign: told which prompts the rows of the next passes belong to, whenever that changes.
    """
    rows, steps = len(which), sampling.max_new_tokens
    index = torch.as_tensor(which, device=device)
    tell = assign or (lambda _: None)
    hidden, cache = _read(voice, config, prompts, device, tell)
    tell(which)
    logits = voice.logits(hidden[index])
    lengths = torch.as_tensor([len(prompt) for prompt in prompts], device=device)[index]
    width = max(map(len, prompts))
    mask = None
    if int(lengths.min()) < width:
        mask = torch.arange(width + steps, device=device)[None] >= (width - lengths)[:, None]
    finished = _takes_finished_masks(config, cache, device)
    _spread(cache, index, steps)
    chance = torch.as_tensor(np.minimum(numbers, _LAST), device=device)
    ending = torch.zeros(logits.shape[-1], dtype=torch.bool, device=device)
    ending[torch.as_tensor(ends, dtype=torch.int64, device=device)] = True
    tokens = torch.zeros((rows, steps), dtype=torch.int64, device=device)
    log_probs = torch.zeros((rows, steps), device=device)
    done = torch.zeros(rows, dtype=torch.bool, device=device)
    alive: torch.Tensor | None = None  # which rows the batch has; None for all
    patience = _PATIENCE if device.type == "cuda" else 1
    for step in range(steps):
        token, log_prob = draw(logits, chance[:, step], sampling)
        if alive is None:
            tokens[:, step], log_probs[:, step] = token, log_prob
        else:
            tokens[alive, step], log_probs[alive, step] = token, log_prob
        done |= ending[token]
        if step + 1 == steps:
            break
        if not (step + 1) % patience:
            left = len(done) - int(done.sum())
            if not left:
                break
            if left < (1 - _IDLE) * len(done):
                keep = (~done).nonzero()[:, 0]
                alive = keep if alive is None else alive[keep]
                token, lengths, chance, done = token[keep], lengths[keep], chance[keep], done[keep]
                mask = None if mask is None else mask[keep]
                layers: list[Any] = cache.layers
                for layer in layers:
                    layer.batch_select_indices(keep)
                tell([which[row] for row in alive.tolist()] if assign else ())
        shown = None if mask is None else mask[:, : width + step + 1]
        hidden = voice.decoder(
            input_ids=token[:, None],
            attention_mask=shown[:, None, None] if shown is not None and finished else shown,
            position_ids=(lengths + step)[:, None],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        logits = voice.logits(hidden[:, -1])
    return _cut(tokens.cpu(), log_probs.cpu(), ending.cpu())


def draw(logits: torch.Tensor, chance: torch.Tensor, sampling: Sampling) -> tuple[torch.Tensor, torch.Tensor]:
    """A token for each row, and its log-probability at the temperature, before any cut.

    Args:
        logits: (R, V) float32.
        chance: (R,) float64 in [0, 1 - 2^-52]: the token is where the cumulative distribution over token ids passes it.
        sampling: how.
    """
    scaled = (logits / sampling.temperature).log_softmax(-1)
    if sampling.greedy:
        token = scaled.argmax(-1)
    else:
        shares = scaled.exp()
        if sampling.top_p < 1:
            shares = nucleus(shares, sampling.top_p)
        cumulative = shares.cumsum(-1, dtype=torch.float64)
        token = torch.searchsorted(cumulative, (chance * cumulative[:, -1])[:, None], right=True)[:, 0]
    return token, scaled.gather(1, token[:, None])[:, 0]


def nucleus(shares: torch.Tensor, top_p: float) -> torch.Tensor:
    """(R, V) probabilities, 0 but for the fewest likeliest tokens that hold ``top_p`` (arXiv:1904.09751); not normalised."""
    ranked, tokens = shares.sort(dim=-1, descending=True, stable=True)
    before = ranked.cumsum(-1) - ranked
    return shares.masked_fill(torch.zeros_like(shares, dtype=torch.bool).scatter(-1, tokens, before >= top_p), 0.0)


def _read(
    voice: Voice, config: Any, prompts: Sequence[NDArray[np.int64]], device: torch.device, tell: Callable[[Sequence[int]], None]
) -> tuple[torch.Tensor, DynamicCache]:
    """The last hidden state of each prompt, (U, d), and the cache of all."""
    width = max(map(len, prompts))
    size = max(1, _READ // width)
    lasts: list[torch.Tensor] = []
    caches: list[DynamicCache] = []
    for start in range(0, len(prompts), size):
        part = range(len(prompts))[start : start + size]
        tell(part)
        cache = DynamicCache(config=config)
        lengths = torch.as_tensor([len(prompts[number]) for number in part], device=device)
        # As wide as the widest of all, not of the part: caches then fit together.
        ids = padded([prompts[number] for number in part], 0, device, left=True, width=width)
        places = torch.arange(width, device=device)[None] - (width - lengths)[:, None]
        hidden = voice.decoder(
            input_ids=ids,
            attention_mask=places >= 0 if int(lengths.min()) < width else None,
            position_ids=places.clamp(min=0),
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        lasts.append(hidden[:, -1].clone())
        caches.append(cache)
    layers: list[tuple[Any, ...]] = list(zip(*(cache.layers for cache in caches))) if len(caches) > 1 else []
    for same in layers:
        same[0].keys = torch.cat([layer.keys for layer in same])
        same[0].values = torch.cat([layer.values for layer in same])
    return torch.cat(lasts), caches[0]


def _takes_finished_masks(config: Any, cache: DynamicCache, device: torch.device) -> bool:
    """Whether a step is given its mask as attention wants it, (R, 1, 1, T).

    Of a mask (R, T) transformers reads whether it hides anything, for every token: on a GPU the loop would wait each time. Windows
    need masks of their own, and other kinds of attention other ones.
    """
    whole = all(type(layer) is DynamicLayer for layer in cache.layers)
    return device.type == "cuda" and whole and getattr(config, "_attn_implementation", None) == "sdpa"


def _spread(cache: DynamicCache, index: torch.Tensor, steps: int) -> None:
    """Give every row a copy of its prompt's keys and values, and room for more."""
    layers: list[Any] = cache.layers
    for place, layer in enumerate(layers):
        if type(layer) is DynamicLayer:
            layers[place] = Roomy(layer, index, steps)
        else:
            layer.batch_select_indices(index)


class Roomy(DynamicLayer):
    """Keys and values that grow in place; the base class copies all of them for every token.

    Args:
        layer: what there is so far, (U, heads, T, size).
        index: (R,), which of its rows each row starts from.
        steps: how many tokens will follow at most.
    """

    def __init__(self, layer: DynamicLayer, index: torch.Tensor, steps: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        assert layer.keys is not None
        assert layer.values is not None
        self.dtype, self.device, self.is_initialized = layer.keys.dtype, layer.keys.device, True
        self.length = layer.keys.shape[-2]
        self.limit = self.length + steps
        self._buffers = [self._room(kept.index_select(0, index)) for kept in (layer.keys, layer.values)]
        self._show()

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        start, self.length = self.length, self.length + key_states.shape[-2]
        for place, new in enumerate((key_states, value_states)):
            if self.length > self._buffers[place].shape[-2]:
                self._buffers[place] = self._room(self._buffers[place][:, :, :start])
            self._buffers[place][:, :, start : self.length] = new
        self._show()
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        self._buffers = [buffer.index_select(0, indices) for buffer in self._buffers]
        self._show()

    def _room(self, kept: torch.Tensor) -> torch.Tensor:
        # By halves: room for the longest completion at once would be mostly empty.
        size = min(self.limit, kept.shape[-2] + kept.shape[-2] // 2 + 64)
        buffer = kept.new_empty((*kept.shape[:2], size, kept.shape[-1]))
        buffer[:, :, : kept.shape[-2]] = kept
        return buffer

    def _show(self) -> None:
        self.keys, self.values = (buffer[:, :, : self.length] for buffer in self._buffers)


def _cut(tokens: torch.Tensor, log_probs: torch.Tensor, ending: torch.Tensor) -> list[Completion]:
    """Rows up to and including their first end token."""
    stops = ending[tokens]
    lengths = torch.where(stops.any(1), stops.int().argmax(1) + 1, tokens.shape[1]).tolist()
    ended = stops.any(1).tolist()
    return [
        Completion(ids[:length].copy(), values[:length].copy(), end)
        for ids, values, length, end in zip(tokens.numpy(), log_probs.numpy(), lengths, ended)
    ]
