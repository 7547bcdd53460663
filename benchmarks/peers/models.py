"""The models of ``benchmarks/learners_speed.py``: never ending, so that all completions have the same length.

Neither writes the end or the padding token: one place of the hidden states is the same for all tokens, nothing else reads or writes
it, and the head has a large negative weight there for these two, whose logits are too small to be ever drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.peers.work import TOY_OPTIONS, WORDS, Stage
from collm_envs import strbuild_v0

SIZES = {"s64": (64, 2), "m128": (128, 3), "l512": (512, 8)}
"""Hidden units and layers. The last is there for memory: of the first two, imports take more than training."""

PAD, END = "<|pad|>", "<|end|>"
BYTE_PAIRS = 924
_NEVER = -1e4


def make_toy(folder: Path) -> None:
    """Write the suite's own toy of StrBuild, which is built if the cache has none; it reads prompts as they are."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from collm_agents.models.toy import toy_model

    source = toy_model(strbuild_v0.parallel_env(split="generated:tiny", max_cycles=2, **TOY_OPTIONS))
    loader: Any = AutoModelForCausalLM
    model, tokenizer = loader.from_pretrained(source), AutoTokenizer.from_pretrained(source)
    # The reference has no chat template, and what is written and what is read need weights of their own.
    tokenizer.chat_template = None
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    _write(model, tokenizer, folder)


def make_model(folder: Path, size: str) -> None:
    """Write a random Qwen3 whose rewards differ: its vocabulary has a token for every command of a one-letter word."""
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    stage = Stage(1)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=BYTE_PAIRS, special_tokens=[PAD, END], initial_alphabet=alphabet, show_progress=False)
    bpe.train_from_iterator([prompt for word in WORDS for prompt in stage.prompts(word)], trainer)
    blocks = ("oak_planks", "stone", "white_concrete", "obsidian")
    commands = [f"\n/setblock {x} {y} 0 {block}\n" for x, y, block in product(range(5), range(5), blocks)]
    bpe.add_tokens([AddedToken(command, normalized=False) for command in commands])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, pad_token=PAD, eos_token=END, model_max_length=16384)
    tokenizer.padding_side = "left"

    hidden, layers = SIZES[size]
    heads = hidden // 32
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=3 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads // 2,
        head_dim=32,
        max_position_embeddings=16384,
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = Qwen3ForCausalLM(config)
    numbers = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.normal_(0.0, 0.02, generator=numbers)
    _write(model, tokenizer, folder)


def silent(model: Any, tokens: Sequence[int]) -> None:
    """Change a Qwen3 with a head of its own so that it never says these tokens, and otherwise as little as can be."""
    import torch

    with torch.no_grad():
        embeddings, head = model.model.embed_tokens.weight, model.lm_head.weight
        # Of the size of all others, which it then hardly changes.
        embeddings[:, 0] = embeddings.std()
        for layer in model.model.layers:
            attention, mlp = layer.self_attn, layer.mlp
            attention.o_proj.weight[0] = mlp.down_proj.weight[0] = 0.0
            for reader in (attention.q_proj, attention.k_proj, attention.v_proj, mlp.gate_proj, mlp.up_proj):
                reader.weight[:, 0] = 0.0
        model.model.norm.weight[0] = 1.0
        head[:, 0] = 0.0
        head[tokens] = 0.0
        head[tokens, 0] = _NEVER


def _write(model: Any, tokenizer: Any, folder: Path) -> None:
    silent(model, [tokenizer.pad_token_id, tokenizer.eos_token_id])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
