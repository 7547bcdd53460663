"""Your own problems: inject an instance through the reset options of any task.

python examples/04_own_instance.py
"""

from collm_envs import housebuild_v0, strbuild_v0, tldr_v0

# A word of your own, three builders with palettes of your own.
palettes = [["red_wool"], ["white_wool"], ["blue_wool"]]
env = strbuild_v0.parallel_env(num_agents=3, palettes=palettes)
observations, _ = env.reset(options={"task": {"text": "HELLO", "spacing": 1}})
print(observations["builder_2"], "\n")

# A house of your own: layers from the ground up, a row per z, a character per x.
house = {
    "inventory": {"W": "oak_planks", "R": "red_concrete", "A": "air"},
    "layers": [["WWWW", "WAAW", "WWAW"], ["WWWW", "WAAW", "WWAW"], ["RRRR", "RRRR", "RRRR"]],
    "spider_attacks": [1, 1],
    "player_hp": 5,
}
env = housebuild_v0.parallel_env(render_mode="ansi")
env.reset(options={"task": house})
env.step({"builder_0": "/kill\n/fill 0 2 0 3 2 1 red_concrete", "builder_1": "/fill 0 0 0 3 1 0 oak_planks"})
print(env.render(), "\n")

# A post of your own. What is wrong with an instance is said at once.
env = tldr_v0.parallel_env()
env.reset(options={"task": {"text": "My neighbour's rooster starts at four. We all like eggs, but ..."}})
try:
    env.reset(options={"task": {"txt": "My neighbour's rooster"}})
except ValueError as error:
    print("ValueError:", error)
