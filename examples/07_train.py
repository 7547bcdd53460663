"""Train teams on Relay with two learners, see how they do before and after, and play the better one.

The policies are tables here, so that it takes seconds and no weights; the comment below says how language models go in their place.
Needs the extra agents. python examples/07_train.py
"""

from tempfile import TemporaryDirectory

import torch

from collm_agents import MAGRPO, CoLLMCC, CoLLMConfig, MAGRPOConfig, assess, train
from collm_agents.evaluate import evaluate
from collm_agents.models.base import Sampling
from collm_agents.models.relay_tables import relay_tables
from collm_agents.policies.local import ModelTeam
from collm_envs import relay_v0

torch.set_num_threads(1)  # tables gain nothing by more
env = relay_v0.parallel_env(max_cycles=4)

# With language models: LocalTeam.from_pretrained("Qwen/Qwen3-1.7B", env.possible_agents, lora_rank=32), and rates a thousand times
# smaller; on the command line: collm train relay --method collm-cc --model Qwen/Qwen3-1.7B --out runs/relay
common = {"iterations": 30, "actor_lr": 0.1}
learners = [
    CoLLMCC(env, relay_tables(env), CoLLMConfig(episodes=12, critic_lr=0.05, **common)),
    MAGRPO(env, relay_tables(env), MAGRPOConfig(episodes=3, samples=4, joint="trajectory", **common)),
]
for learner in learners:
    before = assess(learner, options={"split": "val"})
    with TemporaryDirectory() as folder:  # A folder that stays can be gone on with: the same lines again do it.
        curve = [line["return"] for line in train(learner, folder)]
    after = assess(learner, options={"split": "val"})
    shown = " ".join(f"{each:.2f}" for each in curve[4::5])
    print(f"{learner.name:8} {before['return']:.2f} -> {after['return']:.2f} after {learner.joint_rewards} joint rewards: {shown}")

team = ModelTeam(learners[0].model, Sampling(greedy=True, max_new_tokens=1), "collm-cc")
results = evaluate(lambda: env, team, split="test", episodes=50)
mean = sum(result.last_reward for result in results) / len(results)
print(f"{team.name}, always its likeliest answer: {mean:.2f} on the test split")
