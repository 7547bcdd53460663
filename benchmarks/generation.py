"""Tokens per second of a local team: sampling, against ``transformers``' own loop, and updates.

    python benchmarks/generation.py [--model-shape tiny] [--device cuda] [--rounds 5]

A random model of the shape asked for, two agents, ragged prompts, K samples of each, no end token, so that all sample the same
number of tokens. In every round each way of doing it has its turn; the table has the medians over rounds.

    generate, prompt by prompt     ``model.generate`` with K samples of one prompt at a time, of the base without adapters
    generate, one batch            the same of all prompts of an agent at once, filled up at the left
    team                           ``LocalTeam.sample``: agent by agent; on a float32 base with adapters multiplied out
    team, unfused                  the same with adapters computed beside the base, as on any coarser base
    team, mixed                    all agents in one batch
    team, update                   ``LocalTeam.score`` of all that was sampled, and the backward pass

On a GPU the last lines give the peak of memory, and the share of the time per token that reading weights and cache once takes at
the memory's bandwidth, ``--bandwidth`` in GB/s: the floor of any loop that reads them for every token.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from transformers import AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM

sys.path.insert(0, str(Path(__file__).parent.parent))

from collm_agents.models.base import Prompt, Sampling
from collm_agents.models.local import LocalTeam
from tests.agents.lm import make_tokenizer

AGENTS = ("coder_0", "coder_1")
# hidden, intermediate, layers, heads, key-value heads, head size, vocabulary, type
SHAPES: dict[str, tuple[int, int, int, int, int, int, int, str]] = {
    "tiny": (64, 192, 2, 4, 2, 16, 320, "float32"),
    "small": (256, 768, 4, 8, 4, 32, 4096, "float32"),
    "qwen3-0.6b": (1024, 3072, 28, 16, 8, 128, 151_936, "bfloat16"),
    "qwen3-1.7b": (2048, 6144, 28, 16, 8, 128, 151_936, "bfloat16"),
    "qwen3-4b": (2560, 9728, 36, 32, 8, 128, 151_936, "bfloat16"),
}


def make(folder: Path, shape: str, device: str) -> None:
    """Save a random model with a tokenizer that ends nothing."""
    hidden, intermediate, layers, heads, kv_heads, head, vocabulary, dtype = SHAPES[shape]
    config = Qwen3Config(
        vocab_size=vocabulary, hidden_size=hidden, intermediate_size=intermediate, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=kv_heads, head_dim=head, max_position_embeddings=8192,
        tie_word_embeddings=True, eos_token_id=None, bos_token_id=None, pad_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]), torch.device(device):
        model = Qwen3ForCausalLM(config).to(getattr(torch, dtype))
    model.save_pretrained(folder)
    tokenizer = make_tokenizer()
    tokenizer.eos_token = None
    tokenizer.save_pretrained(folder)


def timed(run: Callable[[], Any], device: str) -> float:
    if device == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-shape", choices=list(SHAPES), default="tiny")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--prompts", type=int, default=16, help="of each agent")
    parser.add_argument("--prompt-tokens", type=int, default=120, help="of the longest; the shortest has a quarter")
    parser.add_argument("--samples", type=int, default=4, help="K, of each prompt")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64, help="rows sampled or scored together")
    parser.add_argument("--lora-rank", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bandwidth", type=float, default=3350.0, help="of the GPU's memory, GB/s")
    parser.add_argument("--checkpointing", action="store_true", help="updates compute activations again")
    args = parser.parse_args()
    if args.device == "cpu":
        torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), args.model_shape, args.device)
        report(Path(folder), args)


def report(folder: Path, args: Any) -> None:
    def team(**options: Any) -> LocalTeam:
        return LocalTeam.from_pretrained(
            folder, AGENTS, lora_rank=args.lora_rank, device=args.device, generation_batch=args.batch,
            gradient_checkpointing=args.checkpointing, **options,
        )  # fmt: skip

    fused, unfused, mixed = team(), team(), team(mixed=True)
    for agent in AGENTS:
        unfused._backbone(agent)._twin = None
    sampling = Sampling(1.0, args.new_tokens)
    shares = [1 - 0.75 * number / max(1, args.prompts - 1) for number in range(args.prompts)]
    prompts = [
        Prompt(agent, "\x01" * round(share * args.prompt_tokens), (number, who))
        for number, share in enumerate(shares)
        for who, agent in enumerate(AGENTS)
    ]
    rows = {agent: [fused._backbone(agent).rendering.prompt(p.text, 0) for p in prompts if p.agent == agent] for agent in AGENTS}
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto").to(args.device)

    def generate(rows: list[Any]) -> None:
        width = max(map(len, rows))
        ids = torch.zeros((len(rows), width), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, width - len(row) :] = torch.as_tensor(row)
            mask[number, width - len(row) :] = 1
        model.generate(
            input_ids=ids.to(args.device), attention_mask=mask.to(args.device), do_sample=True, top_k=0,
            max_new_tokens=args.new_tokens, num_return_sequences=args.samples, pad_token_id=0,
        )  # fmt: skip

    answers = [answer for group in fused.sample(prompts, args.samples, sampling, 0) for answer in group]

    def update() -> None:
        for start in range(0, len(answers), args.batch):
            fused.score(answers[start : start + args.batch], 1.0).log_probs.sum().backward()

    ways: dict[str, Callable[[], Any]] = {
        "generate, prompt by prompt": lambda: [generate([row]) for agent in AGENTS for row in rows[agent]],
        "generate, one batch": lambda: [generate(rows[agent]) for agent in AGENTS],
        "team": lambda: fused.sample(prompts, args.samples, sampling, 0),
        "team, unfused": lambda: unfused.sample(prompts, args.samples, sampling, 0),
        "team, mixed": lambda: mixed.sample(prompts, args.samples, sampling, 0),
        "team, update": update,
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    peaks: dict[str, float] = {}
    for round_ in range(args.rounds + 1):
        for way, run in ways.items():
            if args.device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            taken = timed(run, args.device)
            if round_:  # the first warms up
                times[way].append(taken)
            if args.device == "cuda":
                peaks[way] = torch.cuda.max_memory_allocated() / 2**30
    tokens = len(answers) * args.new_tokens
    slowest = median(times["generate, prompt by prompt"])
    print(f"{args.model_shape}: 2 agents, {args.prompts} prompts each, {args.samples} samples, {args.new_tokens} new tokens")
    print(f"{'way':<30}{'tokens/s':>12}{'least':>10}{'most':>10}{'times':>8}" + (f"{'peak GiB':>10}" if peaks else ""))
    for way, taken_ in times.items():
        row = f"{way:<30}{tokens / median(taken_):>12.0f}{tokens / max(taken_):>10.0f}{tokens / min(taken_):>10.0f}"
        print(row + f"{slowest / median(taken_):>8.2f}" + (f"{peaks[way]:>10.2f}" if peaks else ""))
    if args.device == "cuda":
        floor(model, args, median(times["team"]))


def floor(model: Any, args: Any, taken: float) -> None:
    """How far the loop is from the memory's bandwidth: weights once per token, a row's keys and values once per token."""
    config, size = model.config, model.dtype.itemsize
    weights = sum(weight.numel() for weight in model.parameters()) * size
    per_token = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * size
    in_batch = min(args.batch, args.prompts * args.samples)
    cache = in_batch * (args.prompt_tokens * 0.625 + args.new_tokens / 2) * per_token
    steps = len(AGENTS) * -(-args.prompts * args.samples // args.batch) * args.new_tokens
    least = (weights + cache) / args.bandwidth / 1e9
    print(f"a token of {in_batch} rows: {1e3 * taken / steps:.2f} ms, of which memory bandwidth {1e3 * least:.2f} ms")
    print(f"weights {weights / 2**30:.2f} GiB, cache {cache / 2**30:.2f} GiB, share of bandwidth {least * steps / taken:.0%}")


if __name__ == "__main__":
    main()
