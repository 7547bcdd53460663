"""Your own policy: a function from prompt to text, one per agent, and its mean reward over the test split.

Each builder here reads the grid from its prompt and takes every second cell, starting with its own number, in turn with each of its
blocks. No builder sees what the other writes.

python examples/02_own_policy.py
"""

from __future__ import annotations

import re
from statistics import mean

from collm_envs import strbuild_v0


def policy(prompt: str) -> str:
    """Read the task from the prompt alone, as a language model would."""
    grid = re.search(r"((?:^[#.]+\n)+)", prompt, flags=re.MULTILINE)
    number = re.search(r"You are builder (\d+) of a team of (\d+)", prompt)
    blocks = re.search(r"^Your blocks: (.+?) \(and air", prompt, flags=re.MULTILINE)
    assert grid
    assert number
    assert blocks
    rows = grid[1].splitlines()[::-1]
    mine, team = int(number[1]) - 1, int(number[2])
    cells = [(x, y) for y, row in enumerate(rows) for x, mark in enumerate(row) if mark == "#" and (x + y) % team == mine]
    palette = blocks[1].split(", ")
    return "\n".join(f"/setblock {x} {y} 0 {palette[place % len(palette)]}" for place, (x, y) in enumerate(cells))


env = strbuild_v0.parallel_env(max_cycles=1)
rewards = []
for index in range(len(env.task.tasks["test"])):
    observations, infos = env.reset(seed=index, options={"split": "test", "index": index})
    observations, reward, *_ = env.step({agent: policy(prompt) for agent, prompt in observations.items()})
    rewards.append(reward["builder_0"])

print(f"mean reward over {len(rewards)} words: {mean(rewards):.3f} of {env.reward_range[1]}")
assert mean(rewards) > 1.9, "the cells of a word split by parity are nearly the whole solution"
