"""The rewards agree with a plain second implementation on thousands of joint actions, in all settings."""

from __future__ import annotations

from random import Random

import pytest

from tests import naive

from .test_fuzz import corpus, mutate
from .tools import MODULES, golden

SETTINGS = [
    {},
    {"max_commands": 9},
    {"num_agents": 1},
    {"num_agents": 3, "max_commands": 50},
    {"persistent_world": True},
]


def joint_actions(name, agents, number, seed):
    rng, texts = Random(f"{name} {seed}"), corpus(name)
    for _ in range(number):
        yield [mutate(rng.choice(texts), rng) if rng.random() < 0.5 else rng.choice(texts) for _ in range(agents)]


@pytest.mark.parametrize("setting", [*SETTINGS, {"allow_fill": False}], ids=str)
def test_strbuild(setting):
    env = MODULES["strbuild"].parallel_env(**setting, max_cycles=4, feedback="none")
    task = env.task
    for number, joint in enumerate(joint_actions("strbuild", task.num_agents, 400, setting)):
        if not env.agents or number % 4 == 0:
            env.reset(seed=number, options={"split": "generated", "index": number})
            world = None
        _, rewards, _, _, infos = env.step(dict(zip(env.agents, joint)))
        word, one = env.instance, infos["builder_0"]
        reward, metrics, accepted, rejected, world = naive.strbuild(
            word.text, word.spacing, joint, task.team_palettes, task.max_commands, task.allow_fill, world
        )
        assert rewards["builder_0"] == pytest.approx(reward, abs=1e-12)
        names = ("coverage", "extra_ratio", "adjacent_same_ratio", "missing_palettes", "iou")
        assert [one[key] for key in names] == pytest.approx(metrics, abs=1e-12)
        assert [(info["accepted"], info["rejected"]) for info in infos.values()] == list(zip(accepted, rejected))
        world = world if task.persistent_world else None


@pytest.mark.parametrize("setting", [*SETTINGS, {"limited_resource": False}, {"reward": "coverage"}], ids=str)
def test_housebuild(setting):
    env = MODULES["housebuild"].parallel_env(**setting, max_cycles=4, feedback="none", constant_health=True)
    task = env.task
    for number, joint in enumerate(joint_actions("housebuild", task.num_agents, 300, setting)):
        if not env.agents or number % 4 == 0:
            env.reset(seed=number, options={"split": "paper_train" if number % 8 else "generated:easy", "index": number % 8})
            world = None
        _, rewards, _, _, infos = env.step(dict(zip(env.agents, joint)))
        reward, metrics, accepted, rejected, world = naive.housebuild(
            env.instance.fields(),
            joint,
            task.team_palettes(env.instance),
            task.max_commands,
            task.limited_resource,
            task.reward,
            world,
        )
        assert rewards["builder_0"] == pytest.approx(reward, abs=1e-12)
        one = infos["builder_0"]
        assert [one[key] for key in ("match", "coverage", "redundancy", "iou", "killed")] == pytest.approx(metrics, abs=1e-12)
        assert [(info["accepted"], info["rejected"]) for info in infos.values()] == list(zip(accepted, rejected))
        world = world if task.persistent_world else None


@pytest.mark.parametrize("matching", ["word", "substring"])
@pytest.mark.parametrize("name", ["tldr", "arxiv"])
def test_writing(name, matching):
    env = MODULES[name].parallel_env(matching=matching)
    env.reset(seed=0)
    rng = Random(name)
    texts = [action for row in golden(name) for action in row["actions"]]
    texts += [instance.text for instance in env.task.tasks["test"]]
    paid = 0
    for _ in range(1500):
        first, second = (mutate(rng.choice(texts), rng) for _ in range(2))
        share = rng.choice([0.2, 0.4, 0.7, 1.0]) if name == "tldr" else rng.uniform(0.6, 1.0)
        first = first[: int(share * len(first))]
        got = env.task.score(env.instance, (first, second))
        reward, metrics = naive.writing(first, second, name, matching)
        assert got.total == pytest.approx(reward, abs=1e-12)
        names = ("length_ratio", "vocabulary_ratio", "transition_categories", "jaccard")
        assert [got.metrics[key] for key in names] == pytest.approx(metrics, abs=1e-12)
        paid += reward > 2
    assert paid > 50, "the comparison must reach the last level"
