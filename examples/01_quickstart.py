"""Play one episode of StrBuild in the standard PettingZoo loop.

python examples/01_quickstart.py
"""

from collm_envs import strbuild_v0


def my_model(prompt: str) -> str:
    """A language model would read the prompt. Any string is a legal action; lines that do not count are ignored."""
    return "Here is my part:\n/fill 0 0 0 4 0 0 stone\n/setblock 0 2 0 obsidian"


env = strbuild_v0.parallel_env(split="test", render_mode="ansi")
observations, infos = env.reset(seed=0)
print(observations["builder_0"], "\n")

while env.agents:
    actions = {agent: my_model(prompt) for agent, prompt in observations.items()}
    observations, rewards, terminations, truncations, infos = env.step(actions)
    print(f"turn {infos['builder_0']['turn']}: reward {rewards['builder_0']:.3f}, IoU {infos['builder_0']['iou']:.2f}")

print(env.render(), "\n")
for line in env.transcript[-1]["rejected"]["builder_0"]:
    print(f"ignored: {line['line']!r}: {line['reason']}")
