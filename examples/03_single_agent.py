"""One model for the whole team: the Gymnasium view, in which one completion holds every member's part.

python examples/03_single_agent.py
"""

import gymnasium

import collm_envs  # noqa: F401  (registers the environments)

env = gymnasium.make("collm/HouseBuild-v0", split="paper_test")
prompt, info = env.reset(seed=0, options={"index": 0})
print(prompt[:700], "...\n")

completion = """=== builder_0 ===
/kill
/fill 0 0 1 5 0 5 white_concrete
=== builder_1 ===
/fill 0 4 1 5 4 5 stone_bricks
"""
prompt, reward, terminated, truncated, info = env.step(completion)
print(f"reward {reward:.3f}, match {info['match']:.3f}, health {info['hp']}")
print("accepted commands:", info["builder_0.accepted"], info["builder_1.accepted"])
env.close()
