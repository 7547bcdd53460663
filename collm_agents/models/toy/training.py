"""A toy's model: a small transformer taught by its demonstrations."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from collm_agents.models.toy.demonstrations import Demonstration, play
from collm_agents.models.toy.recipes import ToyRecipe
from collm_agents.models.toy.tokenizer import build_tokenizer, prompts_as_read
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SoloEnv

Progress = Callable[[int, int, str], None]
Example = tuple[list[int], list[int]]
"""Token ids of a prompt and of its answer, the end token included."""

_CONTEXT = 32_768
_WARM_UP = 0.05
_LOWEST = 0.1
_SORTED_TOGETHER = 8
_REPORTS = 100


def build(
    env: CollabEnv | SoloEnv,
    recipe: ToyRecipe,
    seed: int,
    folder: Path,
    on_progress: Progress | None = None,
    protocol: str = "parallel",
) -> None:
    """Write a toy for an environment's task as a transformers folder."""
    report = on_progress or _unheard
    report(0, recipe.steps, "playing demonstrations")
    played = play(env, recipe, recipe.episodes, seed, protocol)
    shown = played.demonstrations
    report(0, recipe.steps, "making the tokenizer")
    read = [one.prompt for one in shown] + list(played.histories)
    tokenizer = build_tokenizer(read, [text for one in shown for text in (one.answer, one.lesson)], recipe.cuts, recipe.vocabulary)
    with one_thread():
        model = make_model(recipe, tokenizer, seed)
        train(model, tokenizer, shown, recipe, seed, report)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _unheard(done: int, steps: int, words: str) -> None:
    pass


def make_model(recipe: ToyRecipe, tokenizer: PreTrainedTokenizerFast, seed: int) -> Qwen3ForCausalLM:
    """An untrained model; its weights follow from the seed, and no generator of the process is moved."""
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden,
        intermediate_size=4 * recipe.hidden,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=max(1, recipe.heads // 2),
        head_dim=recipe.hidden // recipe.heads,
        max_position_embeddings=_CONTEXT,
        tie_word_embeddings=True,
        attention_dropout=0.0,
        initializer_range=_deviation(recipe),
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype="float32",
    )
    with torch.random.fork_rng(devices=[]):
        model = Qwen3ForCausalLM(config)
    # Its own start would be drawn from the generator of the process. Norms stay 1.
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0.0, config.initializer_range, generator=generator)
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=True, temperature=1.0, top_k=0, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    return model


def _deviation(recipe: ToyRecipe) -> float:
    return float(recipe.hidden**-0.5) / 2


def train(
    model: Qwen3ForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    demonstrations: Sequence[Demonstration],
    recipe: ToyRecipe,
    seed: int,
    report: Progress,
) -> None:
    """Teach the model the answers (and their ends) to the prompts, first the teacher's, then the demonstrators'."""
    lessons = _Batches(_examples(tokenizer, demonstrations, lessons=True), recipe.batch, seed)
    answers = _Batches(_examples(tokenizer, demonstrations), recipe.batch, seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.lr, betas=(0.9, 0.98), weight_decay=0.0)
    warm_up = max(1, round(_WARM_UP * recipe.steps))
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, 1 / warm_up, total_iters=warm_up),
            torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, recipe.steps - warm_up), _LOWEST * recipe.lr),
        ],
        [warm_up],
    )
    studied = round(recipe.study * recipe.steps)
    every = max(1, recipe.steps // _REPORTS)
    for step in range(recipe.steps):
        loss = _loss(model, next(lessons if step < studied else answers), tokenizer.pad_token_id)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % every == 0:
            report(step + 1, recipe.steps, f"loss {loss.item():.3f}")


def _examples(tokenizer: PreTrainedTokenizerFast, demonstrations: Sequence[Demonstration], lessons: bool = False) -> list[Example]:
    prompts = prompts_as_read(tokenizer, [shown.prompt for shown in demonstrations])
    said = [shown.lesson if lessons else shown.answer for shown in demonstrations]
    answers = tokenizer(said, add_special_tokens=False)["input_ids"]
    return [(prompt, [*answer, tokenizer.eos_token_id]) for prompt, answer in zip(prompts, answers)]


class _Batches(Iterator[list[Example]]):
    """Batches without end, each example once in a round; those in a batch have prompts of about one length."""

    def __init__(self, examples: list[Example], size: int, seed: int) -> None:
        self._examples, self._size = examples, min(size, len(examples))
        self._generator = torch.Generator().manual_seed(seed)
        self._ready: list[list[Example]] = []

    def __next__(self) -> list[Example]:
        if not self._ready:
            self._ready = self._round()
        return self._ready.pop()

    def _round(self) -> list[list[Example]]:
        order = torch.randperm(len(self._examples), generator=self._generator).tolist()
        many, batches = self._size * _SORTED_TOGETHER, []
        for start in range(0, len(order), many):
            near = sorted((self._examples[place] for place in order[start : start + many]), key=lambda pair: len(pair[0]))
            batches += [near[at : at + self._size] for at in range(0, len(near), self._size)]
        places = torch.randperm(len(batches), generator=self._generator).tolist()
        return [batches[place] for place in places]


def _loss(model: Qwen3ForCausalLM, batch: list[Example], pad: int) -> torch.Tensor:
    """Mean cross-entropy of the answers' tokens."""
    longest = max(len(prompt) + len(answer) for prompt, answer in batch)
    # Padding is on the right, where a causal model never looks: no mask is needed.
    rows = torch.tensor([[*prompt, *answer, *[pad] * (longest - len(prompt) - len(answer))] for prompt, answer in batch])
    lengths = torch.tensor([[len(prompt), len(prompt) + len(answer)] for prompt, answer in batch])
    place = torch.arange(longest)
    told = (place >= lengths[:, :1]) & (place < lengths[:, 1:])
    states = model.model(input_ids=rows, use_cache=False).last_hidden_state
    # A token is told by the state before it.
    logits = model.lm_head(states[:, :-1][told[:, 1:]])
    return cross_entropy(logits, rows[told])


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread in here: sums of several do not always come out the same, and a model this small gains nothing by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
