"""This project's side of ``benchmarks/learners_speed.py``.

python benchmarks/peers/collm_run.py '{"method": "magrpo", "folder": "MODEL", ...}'         (fields: peers/work.py, Work)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from work import Meter, Work, settle

from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.base import Learner
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.models.base import Response
from collm_agents.models.local import LocalTeam
from collm_envs import strbuild_v0


class Deck:
    """An environment that deals a word to each episode in turn, and counts rewards.

    Args:
        env: is asked for all else.
        words: what is dealt; copies share it.
        meter: told of every reward.
    """

    def __init__(self, env: Any, words: Iterator[str], meter: Meter) -> None:
        self._env, self._words, self._meter = env, words, meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def fork(self) -> Deck:
        return Deck(self._env.fork(), self._words, self._meter)

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        return self._env.reset(seed=seed, options={"task": {"text": next(self._words)}})

    def step_wait(self) -> Any:
        result = self._env.step_wait()
        self._meter.rewarded(next(iter(result[1].values())))
        return result


def make_learner(work: Work, meter: Meter) -> Learner:
    """A learner on the task, the team's ``sample`` metered."""
    env = Deck(strbuild_v0.parallel_env(max_cycles=work.horizon, **work.options), work.deck(), meter)
    given: dict[str, Any] = {"generation_batch": work.rows} if work.rows else {}
    team = LocalTeam.from_pretrained(work.folder, env.possible_agents, lora_rank=work.lora, device="cpu", **given)
    team.sample = meter.around(team.sample, new_tokens)  # type: ignore[method-assign]
    shared: dict[str, Any] = {"episodes": work.batch, "max_new_tokens": work.tokens}
    if work.micro:
        shared["micro_tokens"] = work.micro
    if work.method == "magrpo":
        matched: dict[str, Any] = {} if work.tuned else {"gamma": 0.9, "normalise_advantages": "group"}
        return MAGRPO(env, team, MAGRPOConfig(samples=work.samples, **shared, **matched))
    # As the reference does: one-step targets, the observations of the turn alone, each item learned from as it comes, and, as there
    # every agent in turn takes a step of the critic, two steps on all of it.
    paper = {
        "gamma": 0.9,
        "gae_lambda": 0.0,
        "target_lambda": 0.0,
        "history": "current",
        "replay": 1,
        "critic_warmup": 0,
        "critic_steps": len(team.agents),
        "critic_batch": 0,
    }
    return CoLLMCC(env, team, CoLLMConfig(samples=work.samples, **shared, **({"critic_warmup": 0} if work.tuned else paper)))


def new_tokens(answers: Sequence[Sequence[Response]], *others: Any) -> int:
    """How many tokens a call of ``sample`` sampled."""
    return sum(len(response.ids) for each in answers for response in each)


def main() -> None:
    work, meter = Work.from_arguments(), Meter()
    settle()
    meter.mark("imports")
    learner = make_learner(work, meter)
    meter.mark("loaded")

    def play(items: int) -> None:
        for _ in range(items // work.batch):
            learner.iterate()

    play(work.warmup)
    meter.timed(lambda: play(work.items))


if __name__ == "__main__":
    main()
