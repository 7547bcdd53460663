"""The endless splits: what was once drawn stays, and tiny items stand apart."""

from __future__ import annotations

import hashlib
import json

import pytest

from collm_envs.core.taskset import ALL_DIFFICULTIES, DIFFICULTIES

from .tools import MODULES

ITEMS = 50

# SHA-256 of the first 50 items of `generated` and of each of easy, medium and hard, as they were before there was `tiny`.
DIGESTS = {
    "tldr": "8ac859e6e30e78f32ae2d45e0ce1816e861512e3cd6ab8b7c5c36f06b0da6290",
    "arxiv": "c8d6d885049d84c1071f9a0caf6cf126048de7e040447cfadf2ecd77d6d85f99",
    "coophe": "a817721a04bddba2dfb65c1610fa80bd10bb80cdac7f52ee647a6edf73255917",
    "strbuild": "565ce43267eb901b19a7fc5d735f1e8107b2e0b51f10d90aa30685c926baaa2a",
    "housebuild": "09015c66629c293884f25cb2a201be055d3961f01a9d46df599cbe9ab1702036",
    "relay": "52c3b4c3d791b3707efa0c87d0413539aa9b4f49d1cab5f0a6edda5b8a172f55",
}

each_task = pytest.mark.parametrize("name", MODULES)


@each_task
def test_generated_items_never_change(name):
    tasks = MODULES[name].parallel_env().task.tasks
    splits = ("generated", *(f"generated:{level}" for level in DIFFICULTIES))
    rows = [tasks[split][index].fields() for split in splits for index in range(ITEMS)]
    assert hashlib.sha256(json.dumps(rows).encode()).hexdigest() == DIGESTS[name]


@each_task
def test_generated_takes_turns_without_tiny(name):
    tasks = MODULES[name].parallel_env().task.tasks
    for index in range(6):
        assert tasks["generated"][index] == tasks[f"generated:{DIFFICULTIES[index % 3]}"][index]


@each_task
def test_a_tiny_item_is_a_function_of_its_index(name):
    first, second = (MODULES[name].parallel_env().task.tasks["generated:tiny"] for _ in range(2))
    assert [first[index] for index in range(ITEMS)] == [second[index] for index in reversed(range(ITEMS))][::-1]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "relay"])
def test_tiny_prompts_are_the_shortest(name):
    env = MODULES[name].parallel_env()

    def size(level):
        prompts = [env.reset(seed=0, options={"split": f"generated:{level}", "index": index})[0] for index in range(ITEMS)]
        return sum(len(text) for prompt in prompts for text in prompt.values())

    sizes = [size(level) for level in ALL_DIFFICULTIES]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)


@each_task
def test_an_unknown_difficulty_names_the_known_ones(name):
    with pytest.raises(ValueError, match="generated, generated:tiny, generated:easy"):
        MODULES[name].parallel_env(split="generated:small")
