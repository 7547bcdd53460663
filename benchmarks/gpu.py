"""What learning costs on a GPU: memory and time of generation and of updates, of a team on a model of Qwen3-1.7B's shape.

    python benchmarks/gpu.py [--out gpu.json] [--rows 1 8 32 64] [--new-tokens 256] [--rounds 2]
    python benchmarks/gpu.py --tiny                                        the same on a processor, in seconds, in float32

The model is random and made here, in bfloat16, and so is its tokenizer, of as many words as the model has logits; nothing is
downloaded. Two adapters of rank 32 are the builders of StrBuild, one is the critic of CoLLM-CC. No answer ends early.

    generate N    ``LocalTeam.sample`` of N prompts of one builder. ``ms/step`` is of a token of all rows, prompts not counted;
                  ``floor`` is the time to read all weights of the model and of the builder's adapter once, at the bandwidth that a
                  large copy has in this run (bytes read and written): no loop that computes a token of all rows at a time is faster
    collect       the episodes of an iteration of CoLLM-CC, both builders
    critic        values before learning, and the steps of the critic
    actors        the step of both builders; every response carries a gradient, which those of a random model would not
    ... again     the last three with activations computed again in the backward pass (gradient checkpointing)

``tokens/s`` counts tokens generated, or read by the critic, or trained; prompts count for the critic alone. Memory is the peak of
that part, weights included: allocated, and reserved by torch's allocator by then. The JSON file has all of it with the device, the
versions and the shapes; it is written anew after each part, so that what was measured stands if a later part fails.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from time import perf_counter
from typing import Any

import peft
import torch
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

sys.path.insert(0, str(Path(__file__).parent.parent))

import collm_envs
from collm_agents import CoLLMCC, CoLLMConfig, LocalTeam
from collm_agents.learners.base import Metrics, Sample
from collm_agents.models.base import Prompt, Sampling
from collm_envs import strbuild_v0

PAD, START, END = "<|pad|>", "<|start|>", "<|end|>"
TEMPLATE = (
    "{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)
# Words with the space before them, numbers digit by digit, runs of anything else.
CUTS = r"\s?\p{L}+|\p{N}|\s?[^\s\p{L}\p{N}]+|\s+"
GIB, COPIES = 2**30, 10

Result = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What is measured.

    Attributes:
        model: arguments of ``Qwen3Config``.
        dtype, device: of the base.
        rank: of adapters.
        rows: how many prompts are answered together, one measurement each.
        new_tokens: length of every completion.
        episodes, turns: of an iteration.
        rounds: iterations timed, after one that is not.
        critic_steps: of an iteration.
        copied: bytes of the copy that bandwidth is measured with.
    """

    model: dict[str, Any]
    dtype: str
    device: str
    rank: int
    rows: tuple[int, ...]
    new_tokens: int
    episodes: int
    turns: int
    rounds: int
    critic_steps: int
    copied: int


SAME = {"tie_word_embeddings": True, "eos_token_id": None, "bos_token_id": None, "pad_token_id": 0}
FULL = Work(
    {
        "vocab_size": 151_936, "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16,
        "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 40_960, "rms_norm_eps": 1e-6, **SAME,
    },
    "bfloat16", "cuda", rank=32, rows=(1, 8, 32, 64), new_tokens=256, episodes=8, turns=2, rounds=2, critic_steps=6,
    copied=4 * GIB,
)  # fmt: skip
TINY = Work(
    {
        "vocab_size": 2048, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 8192, **SAME,
    },
    "float32", "cpu", rank=4, rows=(1, 2), new_tokens=6, episodes=2, turns=1, rounds=1, critic_steps=1,
    copied=2**24,
)  # fmt: skip


# -- the model --------------------------------------------------------------------------------------------------------------


def make(folder: Path, work: Work) -> None:
    """Save a random model and its tokenizer."""
    gpus = [torch.cuda.current_device()] if work.device == "cuda" else []
    with torch.random.fork_rng(devices=gpus), torch.device(work.device):
        model = Qwen3ForCausalLM(Qwen3Config(**work.model)).to(getattr(torch, work.dtype))
    model.save_pretrained(folder)
    make_tokenizer(work.model["vocab_size"]).save_pretrained(folder)


def make_tokenizer(size: int) -> PreTrainedTokenizerFast:
    """A tokenizer of ``size`` tokens: bytes, the words of the task's prompts, and made-up words, so that every token is text that
    is read as the same token again."""
    split = pre_tokenizers.Split(Regex(CUTS), behavior="isolated")
    cut = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    texts = [text for number in range(16) for text in strbuild_v0.parallel_env().reset(seed=number)[0].values()]
    words = (piece for text in texts for piece, _ in cut.pre_tokenize_str(text))
    made_up = ("Ġ" + "".join(letters) for letters in product(ascii_lowercase, repeat=4))
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = list(islice(dict.fromkeys(piece for part in ((PAD, START, END), letters, words, made_up) for piece in part), size))
    tokenizer = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(tokens)}, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer, tokenizer.decoder = cut, decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in (PAD, START, END)])
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=PAD, eos_token=END)
    wrapped.chat_template = TEMPLATE
    return wrapped


def load(folder: Path, work: Work, again: bool) -> LocalTeam:
    """The team; ``again`` computes activations again in the backward pass."""
    agents = strbuild_v0.parallel_env().possible_agents
    team = LocalTeam.from_pretrained(folder, agents, lora_rank=work.rank, device=work.device, gradient_checkpointing=again)
    # The critic needs an end token, answers must not meet it.
    team._backbone(agents[0]).rendering.ends = ()
    return team


# -- meters -----------------------------------------------------------------------------------------------------------------


@dataclass
class Meter:
    """Seconds and peaks of memory by part. On a GPU work is waited for before a clock is read."""

    gpu: bool
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    peaks: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __call__(self, part: str, run: Callable[[], Any]) -> Any:
        """Run and measure; a part that comes again adds up."""
        if self.gpu:
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        start = perf_counter()
        result = run()
        if self.gpu:
            torch.cuda.synchronize()
        self.seconds[part] += perf_counter() - start
        if self.gpu:
            now = torch.cuda.max_memory_allocated(), torch.cuda.max_memory_reserved()
            self.peaks[part] = max(self.peaks.get(part, now), now)
        return result

    def result(self, part: str, tokens: int, rounds: int = 1, **more: Any) -> Result:
        """A line of the table; ``tokens`` of all rounds."""
        allocated, reserved = self.peaks.get(part, (None, None))
        taken = self.seconds[part]
        return {
            "part": part, "seconds": taken / rounds, "tokens": tokens / rounds, "tokens_per_second": tokens / taken,
            "allocated": allocated, "reserved": reserved, **more,
        }  # fmt: skip


def tidy() -> None:
    """Give back what nobody uses, so that the next peak is not that of something else."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def bandwidth(work: Work) -> float:
    """Bytes per second that a large copy reads and writes."""
    source = torch.ones(work.copied, dtype=torch.uint8, device=work.device)
    target = torch.empty_like(source)
    meter = Meter(work.device == "cuda")
    target.copy_(source)
    meter("copy", lambda: [target.copy_(source) for _ in range(COPIES)])
    return 2 * COPIES * work.copied / meter.seconds["copy"]


# -- what is measured -------------------------------------------------------------------------------------------------------


def generate(team: LocalTeam, work: Work, rows: int, bytes_per_second: float) -> Result:
    """Sampling of so many different prompts of one builder."""
    env, agent = strbuild_v0.parallel_env(), team.agents[0]
    prompts = [Prompt(agent, env.reset(seed=number)[0][agent], (number,)) for number in range(rows)]
    meter, part = Meter(work.device == "cuda"), f"generate {rows}"

    def sample(tokens: int) -> None:
        team.sample(prompts, 1, Sampling(max_new_tokens=tokens), 0)

    sample(2)
    before = asdict(team.tokens)
    meter("prompts", lambda: sample(1))
    read = team.tokens.prefilled - before["prefilled"]
    tidy()
    before = asdict(team.tokens)
    meter(part, lambda: sample(work.new_tokens))
    step = (meter.seconds[part] - meter.seconds["prompts"]) / (work.new_tokens - 1)
    model, own = team._backbone(agent).model, team.parameters(agent)
    base = [weight for name, weight in model.named_parameters() if "lora_" not in name]
    floor = sum(weight.numel() * weight.element_size() for weight in [*base, *own]) / bytes_per_second
    generated = team.tokens.generated - before["generated"]
    return meter.result(part, generated, step=step, floor=floor, prompt_seconds=meter.seconds["prompts"], prompt_tokens=read)


class Measured(CoLLMCC):
    """CoLLM-CC, which notes where its time goes."""

    meter: Meter

    def _read(self, *args: Any) -> Any:
        return self.meter("critic", lambda: super(Measured, self)._read(*args))

    def _fit(self, *args: Any) -> None:
        self.meter("critic", lambda: super(Measured, self)._fit(*args))

    def improve(self, samples: Sequence[Sample]) -> Metrics:
        # A random model earns the same for everything; what is worth nothing costs nothing.
        told = [sample._replace(advantage=1.0 - 2.0 * (place % 2)) for place, sample in enumerate(samples)]
        metrics: Metrics = self.meter("actors", lambda: super(Measured, self).improve(told))
        return metrics


def update(team: LocalTeam, work: Work, suffix: str) -> list[Result]:
    """Iterations of CoLLM-CC, by part."""
    config = CoLLMConfig(episodes=work.episodes, max_new_tokens=work.new_tokens, critic_warmup=0, critic_steps=work.critic_steps)
    learner = Measured(strbuild_v0.parallel_env(max_cycles=work.turns), team, config)
    collect = learner.collector.collect
    learner.collector.collect = lambda *args: learner.meter("collect", lambda: collect(*args))  # type: ignore[method-assign]
    learner.meter = Meter(work.device == "cuda")
    learner.iterate()
    tidy()
    learner.meter, before = Meter(work.device == "cuda"), asdict(team.tokens)
    for _ in range(work.rounds):
        learner.iterate()
    done = {name: count - before[name] for name, count in asdict(team.tokens).items()}
    counts = {"collect": done["generated"], "critic": done["valued"], "actors": done["trained"]}
    results = [learner.meter.result(part, tokens, work.rounds) for part, tokens in counts.items()]
    return [{**result, "part": result["part"] + suffix, "config": asdict(config)} for result in results]


def about(work: Work, bytes_per_second: float) -> Result:
    """Where and with what it was measured."""
    gpu = torch.cuda.get_device_properties(0) if work.device == "cuda" else None
    return {
        "device": gpu.name if gpu else platform.processor() or platform.machine(),
        "memory": gpu.total_memory if gpu else None,
        "bandwidth": bytes_per_second,
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "cuda": torch.version.cuda,
            "transformers": transformers.__version__, "peft": peft.__version__, "collm-envs": collm_envs.__version__,
        },
        "work": asdict(work),
    }  # fmt: skip


def show(results: Sequence[Result], told: Result) -> None:
    """The table."""

    def cell(value: float | None, unit: float, form: str) -> str:
        return f"{'-':>12}" if value is None else f"{value / unit:>12{form}}"

    print(f"{told['device']}: copies {told['bandwidth'] / 1e9:,.0f} GB/s; {told['work']['dtype']}, rank {told['work']['rank']}")
    heads = ("seconds", "tokens/s", "ms/step", "floor ms", "of floor", "alloc. GiB", "res. GiB")
    print(f"{'part':<16}" + "".join(f"{head:>12}" for head in heads))
    for result in results:
        step, floor = result.get("step"), result.get("floor")
        print(
            f"{result['part']:<16}{cell(result['seconds'], 1, '.2f')}{cell(result['tokens_per_second'], 1, ',.0f')}"
            f"{cell(step, 1e-3, '.2f')}{cell(floor, 1e-3, '.3f')}{cell(step / floor if step and floor else None, 1, '.1f')}"
            f"{cell(result['allocated'], GIB, '.2f')}{cell(result['reserved'], GIB, '.2f')}"
        )


def measure(work: Work, out: Path) -> list[Result]:
    """All parts, written down one by one."""
    told = about(work, bandwidth(work))
    results: list[Result] = []

    def keep(*found: Result) -> None:
        results.extend(found)
        out.write_text(json.dumps({**told, "results": results}, indent=1) + "\n", encoding="utf-8")

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make(folder, work)
        for again in (False, True):
            tidy()
            team = load(folder, work, again)
            for rows in () if again else work.rows:
                keep(generate(team, work, rows, told["bandwidth"]))
                tidy()
            keep(*update(team, work, " again" if again else ""))
            del team
    show(results, told)
    return results


def main(words: Sequence[str] | None = None) -> list[Result]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="a tiny model on the processor")
    parser.add_argument("--out", type=Path, default=Path("gpu.json"))
    parser.add_argument("--rows", type=int, nargs="+", help="prompts answered together; 1 8 32 64")
    parser.add_argument("--new-tokens", type=int, help="length of every completion; 256")
    parser.add_argument("--rounds", type=int, help="iterations timed; 2")
    given = vars(parser.parse_args(words))
    tiny, out = given.pop("tiny"), given.pop("out")
    if not tiny and not torch.cuda.is_available():
        parser.error("there is no GPU here; --tiny runs on the processor")
    asked = {name: tuple(value) if name == "rows" else value for name, value in given.items() if value is not None}
    work = replace(TINY if tiny else FULL, **asked)
    if work.new_tokens < 2:
        parser.error("--new-tokens must be 2 or more")
    return measure(work, out)


if __name__ == "__main__":
    main()
