"""Tiny language models, random and made in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from collm_agents.models.base import Response
from collm_agents.models.local import LocalTeam

SPECIAL = ["<|pad|>", "<|start|>", "<|end|>", "<|stop|>"]
TEMPLATE = (
    "{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% if enable_thinking is defined and not enable_thinking %}"
    "<no_think>{% endif %}{% endif %}"
)
CORPUS = [
    "press red\npress blue\npress green\nwait",
    "/setblock 0 1 0 white_concrete\n/setblock 2 0 1 black_concrete",
    "The lights are out. Two panels, seven turns left. The door opens when both press the same button.",
]


def make_tokenizer(template: bool = True, pad_is_end: bool = False, vocabulary: int = 320) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer: any text survives encoding and decoding, but not any ids do."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|end|>" if pad_is_end else "<|pad|>", eos_token="<|end|>"
    )
    fast.add_special_tokens({"additional_special_tokens": ["<|start|>", "<|stop|>"]})
    fast.chat_template = TEMPLATE if template else None
    return fast


def make_team(folder: Path, agents: tuple[str, ...] = ("reader_0", "reader_1"), stir: float = 0.05, **options: Any) -> LocalTeam:
    """A team whose adapters do something: every trained weight is moved a little, by numbers that are always the same."""
    team = LocalTeam.from_pretrained(folder, agents, **{"lora_rank": 4, "device": "cpu", **options})
    for number, agent in enumerate(agents):
        stir_weights(team.parameters(agent), stir, number)
    return team


def stir_weights(weights: Iterable[torch.Tensor], scale: float, seed: int = 0) -> None:
    numbers = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in weights:
            weight += scale * torch.randn(weight.shape, generator=numbers)


def naive_log_probs(model: Any, response: Response, temperature: float = 1.0) -> torch.Tensor:
    """(L,), by one plain forward pass over one row."""
    ids = torch.as_tensor([*response.prompt_ids.tolist(), *response.ids.tolist()])[None]
    scaled = (model(input_ids=ids).logits[0].float() / temperature).log_softmax(-1)
    start = len(response.prompt_ids)
    return torch.stack([scaled[start + step - 1, token] for step, token in enumerate(response.ids.tolist())])


def naive_agent(team: LocalTeam, agent: str, base: Path, folder: Path) -> Any:
    """One agent as anybody would load it, by peft alone, with gradients."""
    team.save(agent, folder)
    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(folder), is_trainable=True).eval()


def make_model(folder: Path, *, seed: int = 0, dtype: torch.dtype = torch.float32, tokenizer: Any = None, **changes: Any) -> Path:
    """Save a random two-layer Qwen3 with a tokenizer. Weights are large enough for distributions to differ by context."""
    tokenizer = tokenizer or make_tokenizer()
    settings: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 256,
        "initializer_range": 0.15,
        "tie_word_embeddings": True,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": None,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # of the fork: the initialisation of transformers draws from the global numbers
        model = Qwen3ForCausalLM(Qwen3Config(**{**settings, **changes}))
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|stop|>")]
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
