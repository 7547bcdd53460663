"""The reference library's side of ``benchmarks/learners_speed.py``; run by an interpreter that has it installed.

    python benchmarks/peers/comlrl_run.py '{"method": "magrpo", "folder": "MODEL", ...}'        (fields: peers/work.py, Work)

comlrl 1.3.6, driven by its public classes alone: models as objects, the task as callables, tracking off. Its own settings, but for
those of sampling, which are the other side's: temperature 1, nothing cut off, which also costs it less; and no evaluation.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from comlrl.trainers import MAACConfig, MAACTrainer, MAGRPOConfig, MAGRPOTrainer
from transformers import AutoModelForCausalLM, AutoTokenizer
from work import Meter, Stage, Work, settle


def make_trainer(work: Work, meter: Meter) -> Any:
    """A trainer on the task, and all its models' ``generate`` metered."""
    stage = Stage(work.horizon, work.options)

    def formatter(agent: int) -> Any:
        def prompt(item: dict[str, Any], external_prompts: str | None = None) -> str:
            return stage.prompts(item["prompt"])[agent] if external_prompts is None else external_prompts

        return prompt

    # The library tells by the parameters what to pass: two lists of completions, and items by name.
    def reward(first: list[str], second: list[str], *, batch_items: list[dict[str, Any]]) -> list[float]:
        return [meter.rewarded(stage.reward(batch_items[0]["prompt"], joint)) for joint in zip(first, second)]

    def transition(prompt: str, response_history_per_agent: list[list[str]], **others: Any) -> list[str]:
        return stage.following(prompt, response_history_per_agent)

    def model() -> Any:
        loaded = AutoModelForCausalLM.from_pretrained(work.folder)
        loaded.generate = meter.around(loaded.generate, new_tokens)
        return loaded

    settings: dict[str, Any] = {
        "num_agents": len(stage.agents),
        "num_turns": work.horizon,
        "num_generations": work.samples,
        "num_train_epochs": 1,
        "max_new_tokens": work.tokens,
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 0,
        "early_termination_threshold": None,
        "eval_interval": 0,
    }
    if work.buffer:
        settings["rollout_buffer_size"] = work.buffer
    shared: dict[str, Any] = {
        "agents": [model() for _ in stage.agents],
        "tokenizer": AutoTokenizer.from_pretrained(work.folder),
        "reward_func": reward,
        "formatters": [formatter(agent) for agent in range(len(stage.agents))],
        "external_transition": transition if work.horizon > 1 else None,
        "train_dataset": items(work, work.warmup),
    }
    if work.method == "magrpo":
        trainer: Any = MAGRPOTrainer(num_agents=len(stage.agents), args=MAGRPOConfig(**settings), **shared)
    else:
        trainer = MAACTrainer(critics=[AutoModelForCausalLM.from_pretrained(work.folder)], args=MAACConfig(**settings), **shared)
    trainer.verbose = False
    return trainer


def new_tokens(result: Any, input_ids: Any, **others: Any) -> int:
    """How many tokens a call of ``generate`` sampled; no completion ends early, so that there is no padding."""
    sequences = getattr(result, "sequences", result)
    return int(sequences.shape[0] * (sequences.shape[1] - input_ids.shape[1]))


def items(work: Work, count: int) -> list[dict[str, str]]:
    """A data set."""
    return [{"prompt": word} for word in islice(work.deck(), count)]


def main() -> None:
    work, meter = Work.from_arguments(), Meter()
    settle()
    meter.mark("imports")
    trainer = make_trainer(work, meter)
    meter.mark("loaded")
    trainer.train()
    trainer.train_dataset = items(work, work.items)
    meter.timed(trainer.train)


if __name__ == "__main__":
    main()
