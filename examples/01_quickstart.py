"""Play one episode of StrBuild with random text, in the standard PettingZoo loop.

python examples/01_quickstart.py
"""

from collm_envs import strbuild_v0

env = strbuild_v0.parallel_env(split="test", render_mode="ansi")
observations, infos = env.reset(seed=0)
print(observations["builder_0"], "\n")

while env.agents:
    # A language model would read observations[agent] here; any string is a legal action.
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    observations, rewards, terminations, truncations, infos = env.step(actions)
    print(f"turn {infos['builder_0']['turn']}: reward {rewards['builder_0']:.3f}, IoU {infos['builder_0']['iou']:.2f}")

print(env.render())
