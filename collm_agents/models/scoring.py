"""Log-probabilities of completions, with gradients, without ever holding the logits of more than a few of their tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.checkpoint import checkpoint
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from collm_agents.models.backbone import Voice
from collm_agents.models.batches import padded

# Logits held at a time: 2^26 floats are 268 MB.
_LOGITS = 2**26
# Reading shared prompts once pays only where it saves more than its second pass costs.
_SHARED = 0.8


class Passage(NamedTuple):
    """A prompt and a completion, as tokens: int64 (P,) and (L,); and which adapter reads it, where several share a batch."""

    prompt: NDArray[np.int64]
    ids: NDArray[np.int64]
    adapter: str | None


def score(
    voice: Voice,
    config: Any,
    passages: Sequence[Passage],
    temperature: float,
    entropy: bool,
    device: torch.device,
    recompute: Callable[[], tuple[Any, Any]],
    share: bool = True,
    assign: Callable[[Sequence[str | None]], None] | None = None,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Log-probability of every token of the completions, and the entropy it was drawn with if asked for: (M,), packed in order.

    Args:
        voice: the model.
        config: the model's, which says what its cache looks like.
        passages: one batch.
        temperature: logits are divided by it.
        entropy: whether entropies are computed.
        device: where the model is.
        recompute: contexts for what is computed again in the backward pass.
        share: whether a prompt that several passages share may be read once. Not with activations that are recomputed.
        assign: told the adapters of the rows of the next pass, where they are not all the same.
    """
    tell = assign or (lambda _: None)
    if share and _repeats(config, passages):
        hidden = _shared(voice, config, passages, device, tell)
    else:
        tell([passage.adapter for passage in passages])
        hidden = _each(voice, passages, device)
    targets = torch.as_tensor(np.concatenate([passage.ids for passage in passages]), device=device)

    def read(states: torch.Tensor, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        scaled = (voice.logits(states) / temperature).log_softmax(-1)
        entropies = -(scaled.exp() * scaled).sum(-1) if entropy else None
        return scaled.gather(1, tokens[:, None])[:, 0], entropies

    size = max(1, _LOGITS // int(config.vocab_size))
    if len(targets) <= size:
        return read(hidden, targets)
    parts = [
        checkpoint(read, states, tokens, use_reentrant=False, context_fn=recompute)
        for states, tokens in zip(torch.split(hidden, size), torch.split(targets, size))
    ]
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts]) if entropy else None


def _each(voice: Voice, passages: Sequence[Passage], device: torch.device) -> torch.Tensor:
    """Hidden states that predict completion tokens, (M, d).

    Rows are filled up at the right, where no token that counts can see it: masks and positions are those of a row alone.
    """
    ids = padded([np.concatenate([prompt, ids[:-1]]) for prompt, ids, _ in passages], 0, device)
    hidden = voice.decoder(input_ids=ids, use_cache=False).last_hidden_state
    return _gather(hidden, [(len(prompt) - 1, len(ids)) for prompt, ids, _ in passages])


def _shared(
    voice: Voice, config: Any, passages: Sequence[Passage], device: torch.device, tell: Callable[[Sequence[str | None]], None]
) -> torch.Tensor:
    """The same, with each distinct prompt read once and its keys and values copied to its completions; gradients add up there."""
    places: dict[tuple[str | None, bytes], int] = {}
    which = [places.setdefault(_prompt(passage), len(places)) for passage in passages]
    prompts = [np.frombuffer(prompt, dtype=np.int64)[:-1] for _, prompt in places]
    width = max(map(len, prompts))
    before = torch.as_tensor([len(prompt) for prompt in prompts], device=device)
    cache = DynamicCache(config=config)
    tell([adapter for adapter, _ in places])
    voice.decoder(input_ids=padded(prompts, 0, device), past_key_values=cache, use_cache=True)
    index = torch.as_tensor(which, device=device)
    for layer in cache.layers:
        layer.keys, layer.values = layer.keys.index_select(0, index), layer.values.index_select(0, index)  # type: ignore[union-attr]
    rest = padded([np.concatenate([prompt[-1:], ids[:-1]]) for prompt, ids, _ in passages], 0, device)
    tell([passage.adapter for passage in passages])
    seen = torch.arange(width, device=device)[None] < before[index][:, None]
    hidden = voice.decoder(
        input_ids=rest,
        attention_mask=torch.cat([seen, torch.ones_like(rest, dtype=torch.bool)], 1),
        position_ids=before[index][:, None] + torch.arange(rest.shape[1], device=device)[None],
        past_key_values=cache,
        use_cache=True,
    ).last_hidden_state
    return _gather(hidden, [(0, len(ids)) for _, ids, _ in passages])


def _repeats(config: Any, passages: Sequence[Passage]) -> bool:
    """Whether reading shared prompts once is worth while, and possible: caches without windows, tokens before the prompts' last."""
    prompts = {_prompt(passage): len(passage.prompt) for passage in passages}
    if max(prompts.values()) < 2 or any(type(layer) is not DynamicLayer for layer in DynamicCache(config=config).layers):
        return False
    completions = sum(len(passage.ids) for passage in passages)
    return sum(prompts.values()) + completions < _SHARED * (sum(len(passage.prompt) for passage in passages) + completions)


def restored(order: Sequence[int], lengths: Sequence[int]) -> NDArray[np.int64]:
    """Where the tokens of all rows are, in the order of rows, if they are packed in another.

    Args:
        order: the rows as they are packed.
        lengths: of each row.
    """
    starts = np.cumsum([0, *(lengths[row] for row in order)])
    at = dict(zip(order, starts.tolist()))
    return np.concatenate([np.arange(at[row], at[row] + length) for row, length in enumerate(lengths)])


def _prompt(passage: Passage) -> tuple[str | None, bytes]:
    return passage.adapter, passage.prompt.tobytes()


def _gather(hidden: torch.Tensor, spans: Sequence[tuple[int, int]]) -> torch.Tensor:
    """``count`` states from ``start`` on of each row."""
    width = hidden.shape[1]
    flat = np.concatenate([np.arange(start, start + count) + row * width for row, (start, count) in enumerate(spans)])
    return hidden.flatten(0, 1).index_select(0, torch.as_tensor(flat, device=hidden.device))
