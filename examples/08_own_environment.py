"""Train on an environment of your own: any PettingZoo parallel environment with text observations and actions.

Needs the extra agents; a few seconds on a processor. python examples/08_own_environment.py
"""

import re

import numpy as np
import torch
from gymnasium.spaces import Text
from pettingzoo import ParallelEnv

from collm_agents import CoLLMCC, CoLLMConfig, TabularTeam, assess, train


class Door(ParallelEnv):
    """Two robots at three narrow doors. Each knows whether it is in a hurry itself; one should go, and rather one who is."""

    def __init__(self):
        self.metadata = {"name": "door_v0"}
        self.possible_agents = ["robot_0", "robot_1"]
        self.agents = []

    def observation_space(self, agent):
        return Text(100)

    def action_space(self, agent):
        return Text(20)

    def reset(self, seed=None, options=None):
        self.agents, self.turn, self.rng = self.possible_agents[:], 1, np.random.default_rng(seed)
        return self.look(), {agent: {} for agent in self.agents}

    def look(self):
        self.hurry = self.rng.integers(2, size=2)
        states = ["at leisure", "in a hurry"]
        return {agent: f"Door {self.turn} of 3. You are {states[each]}." for agent, each in zip(self.possible_agents, self.hurry)}

    def step(self, actions):
        going = [actions[agent] == "go" for agent in self.possible_agents]
        right = going[int(np.argmax(self.hurry))] or self.hurry[0] == self.hurry[1]
        reward = {0: 0.0, 1: 1.0 if right else 0.5, 2: -1.0}[sum(going)]
        self.turn += 1
        over, observations, agents = self.turn > 3, self.look(), self.agents
        self.agents = [] if over else agents
        same = [dict.fromkeys(agents, value) for value in (reward, over, False)]
        return observations, *same, {agent: {} for agent in agents}


# Who answers: here a table for each robot, so that it takes seconds and no weights. A team of language models goes in its place:
# LocalTeam.from_pretrained("Qwen/Qwen3-1.7B", env.possible_agents, lora_rank=32)


def state_of(observation):
    """What a robot's table tells apart."""
    return int("in a hurry" in observation)


def features_of(history):
    """What the critic sees of the joint history: the door, and who is in a hurry, as its newest part says it."""
    doors, hurries = re.findall(r"Door (\d)", history[-1]), ["in a hurry" in text for text in history[-1].split("<observation")[1:]]
    seen = np.zeros((4, 2, 2))
    if len(hurries) == 2:
        seen[int(doors[0]), int(hurries[0]), int(hurries[1])] = 1
    return seen.ravel()


torch.set_num_threads(1)  # tables gain nothing by more
env = Door()
team = TabularTeam(env.possible_agents, ["go", "wait"], 2, state_of, features_of)
learner = CoLLMCC(env, team, CoLLMConfig(iterations=60, episodes=16, actor_lr=0.1, critic_lr=0.05))

print(f"before: {assess(learner)['return']:.2f} of 3")
metrics = train(learner)  # train(learner, "runs/door") would keep metrics, checkpoints and agents there
for line in metrics[9::10]:
    print(f"iteration {line['iteration']:2}: return {line['return']:.2f}, critic explains {line['explained_variance']:.2f}")
print(f"after: {assess(learner)['return']:.2f} of 3")
for agent in env.possible_agents:
    chances = team.logits[agent].softmax(1)[:, 0].tolist()
    print(f"{agent} goes with chance {chances[0]:.2f} at leisure, {chances[1]:.2f} in a hurry")
