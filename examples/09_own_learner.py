"""A learner of your own: say what each answer was worth, and the rest (rollouts, steps of all agents, checkpoints) is there.

Two of them, against CoLLM-CC, on Relay with tables: one learns from the best episodes alone, one has another advantage.
Needs the extra agents; some seconds on a processor. python examples/09_own_learner.py
"""

import numpy as np
import torch

from collm_agents import CoLLMCC, CoLLMConfig, Learner, LearnerConfig, assess, train
from collm_agents.learners.base import Sample
from collm_agents.models.relay_tables import relay_tables
from collm_agents.rollouts import trajectories
from collm_envs import relay_v0


class Elite(Learner):
    """Imitates the best quarter of an iteration's episodes; the rest is worth nothing."""

    name = "elite"

    @property
    def plan(self):
        return self.config.plan()  # one trajectory per instance

    def learn(self, roots):
        paths = trajectories(roots)
        returns = [sum(step.branch.reward for step in path) for path in paths]
        best = [path for path, total in zip(paths, returns) if total >= np.quantile(returns, 0.75)]
        steps = [step for path in best for step in path]
        return self.improve([Sample(step.response(agent), 1.0, 1 / len(steps)) for step in steps for agent in self.agents])


class Signs(CoLLMCC):
    """CoLLM-CC that looks only at whether an answer was better or worse than the critic expected."""

    name = "signs"

    def improve(self, samples):
        return super().improve([sample._replace(advantage=float(np.sign(sample.advantage))) for sample in samples])


torch.set_num_threads(1)  # tables gain nothing by more
env = relay_v0.parallel_env(max_cycles=3)
common = {"iterations": 40, "episodes": 12, "actor_lr": 0.1}
learners = [
    Elite(env, relay_tables(env), LearnerConfig(**common)),
    Signs(env, relay_tables(env), CoLLMConfig(critic_lr=0.05, **common)),
    CoLLMCC(env, relay_tables(env), CoLLMConfig(critic_lr=0.05, **common)),
]
for learner in learners:
    before = assess(learner, options={"split": "val"})
    curve = [line["return"] for line in train(learner)]
    after = assess(learner, options={"split": "val"})
    print(f"{learner.name:8} {before['return']:.2f} -> {after['return']:.2f}   ", " ".join(f"{each:.2f}" for each in curve[9::10]))
