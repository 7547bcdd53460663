"""Whatever agents write: no exception, rewards in range, worlds inside their box, limits kept.

100,000 answers of real commands for each task, each with one to four random edits by a seeded generator, every tenth joint
action in whole steps with all feedback modes and worlds that persist; and structured commands by hypothesis.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collm_envs.minecraft.commands import shares
from collm_envs.minecraft.house import limits_of
from collm_envs.minecraft.world import AIR, occupied

from .tools import MODULES, golden, scripted

MUTATED = 100_000
STEPPED_EVERY = 10
STRUCTURED = 5_000
ACTIONS_PER_STEP = 2

NOISE = [
    "",
    " ",
    "\n",
    "\r",
    "\t",
    "\x00",
    "\ud800",
    "\u202e",
    "/",
    "```",
    "- ",
    "1. ",
    "~",
    "^",
    "-1",
    "99",
    "1e3",
    "0x1",
    "\u0663",
]
NOISE += ["air", "stone", "minecraft:", "planks", "fill", "setblock", "kill", "/kill", "replace", "{}", "@e", "🕷", "é", "0" * 400]


def check(env, joint):
    """Play a joint action on a running episode and check every bound."""
    instance, task = env.instance, env.task
    result = task.score(instance, joint, task.begin(instance, env.max_cycles))
    low, high = env.reward_range
    assert low <= result.total <= high
    assert sum(result.terms.values()) == result.total
    box, built = task.box(instance), result.evidence
    assert AIR not in built.world
    assert occupied(built.world) <= box.full
    assert sum(mask.bit_count() for mask in built.world.values()) == occupied(built.world).bit_count(), "one block per cell"
    limits = limits_of(instance, task.team_palettes(instance)) if task.name == "housebuild" else {}
    for part, most in zip(built.commands, shares(task.max_commands, len(joint))):
        assert len(part.accepted) <= most
        for block, limit in limits.items():
            assert sum(command.volume for command in part.accepted if command.block == block) <= limit
        for command in part.accepted:
            assert 0 <= command.mask <= box.full
            assert command.mask.bit_count() == command.volume


def mutate(text, rng):
    """A few random edits: characters, words and lines dropped, doubled, swapped or replaced by noise."""
    for _ in range(rng.randint(1, 4)):
        unit = rng.choice(["character", "word", "line"])
        separator = {"character": "", "word": " ", "line": "\n"}[unit]
        parts = list(text) if unit == "character" else text.split(separator)
        if not parts:
            parts = [""]
        place = rng.randrange(len(parts))
        edit = rng.randrange(5)
        if edit == 0:
            del parts[place]
        elif edit == 1:
            parts.insert(place, parts[place])
        elif edit == 2:
            other = rng.randrange(len(parts))
            parts[place], parts[other] = parts[other], parts[place]
        elif edit == 3:
            parts[place] = rng.choice(NOISE)
        else:
            parts.insert(place, rng.choice(NOISE))
        text = separator.join(parts)
    return text


def corpus(name):
    """Real commands: scripted teams on all test instances, and the recorded ones."""
    env = MODULES[name].parallel_env()
    texts = [action for row in golden(name) for action in row["actions"]]
    for index in range(8):
        env.reset(seed=index, options={"split": "test", "index": index})
        for policy in ("random", "greedy", "oracle"):
            texts += scripted(env, policy, index).values()
    return texts


def settings_of(name):
    """Every feedback mode, with and without a world that persists; few commands; three builders."""
    modes = MODULES[name].parallel_env().task.feedback_modes
    settings_ = [{"feedback": mode, "persistent_world": persists} for mode in modes for persists in (False, True)]
    return [{"max_commands": 7}, {"num_agents": 3}, MODULES[name].PAPER, *settings_]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["strbuild", "housebuild"])
def test_mutated_commands(name):
    rng = Random(f"fuzz {name}")
    texts = corpus(name)
    envs = [MODULES[name].parallel_env(**setting) for setting in settings_of(name)]
    done = 0
    while done < MUTATED:
        env = envs[done // 50 % len(envs)]
        joint = [mutate(rng.choice(texts), rng) for _ in env.possible_agents]
        done += len(joint)
        if not env.agents or rng.random() < 0.005:
            env.reset(seed=done, options={"split": "generated", "index": done % 3000})
        check(env, joint)
        if rng.randrange(STEPPED_EVERY) == 0:
            observations, *_ = env.step(dict(zip(env.agents, joint)))
            for agent, observation in observations.items():
                assert observation in env.observation_space(agent)
                observation.encode()


numbers = st.one_of(st.integers(-2, 12).map(str), st.integers().map(str), st.sampled_from(["~", "^1", "1.5", "", "٣"]))
block_ids = st.sampled_from(
    ["stone", "oak_planks", "obsidian", "white_concrete", "air", "planks", "minecraft:stone", "STONE", "lava"]
)
verbs = st.sampled_from(["/setblock", "setblock", "/fill", "FILL", "/kill", "kill", "/give", "- /fill", "3. /setblock"])
lines = st.builds(
    lambda verb, at, block, rest: " ".join([verb, *at, block, rest]),
    verbs,
    st.lists(numbers, max_size=7),
    block_ids,
    st.text(max_size=5),
)
texts_ = st.one_of(st.lists(lines, max_size=12).map("\n".join), st.text(max_size=300))


@pytest.mark.parametrize("name", ["strbuild", "housebuild"])
@settings(max_examples=STRUCTURED // ACTIONS_PER_STEP, deadline=None)
@given(joint=st.tuples(texts_, texts_), index=st.integers(0, 11))
def test_structured_commands(name, joint, index):
    env = MODULES[name].parallel_env()
    env.reset(seed=0, options={"split": "test", "index": index})
    check(env, list(joint))


@pytest.mark.parametrize("name", MODULES)
@settings(max_examples=150, deadline=None)
@given(first=st.text(max_size=200), second=st.text(max_size=200))
def test_whole_steps_with_any_text(name, first, second):
    """Prompts, transcript and pictures take any text too."""
    env = MODULES[name].parallel_env(
        max_cycles=2, render_mode="ansi", **({"constant_health": True} if name == "housebuild" else {})
    )
    env.reset(seed=0, options={"index": 0})
    observations, *_ = env.step(dict(zip(env.agents, (first, second))))
    for agent, observation in observations.items():
        assert observation in env.observation_space(agent)
        observation.encode()
    env.state().encode()
    env.render().encode()
