"""What users rely on: options, errors that name the choices, infos, transcript, state."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import re

import gymnasium
import pytest

from collm_envs import arxiv_v0, housebuild_v0, relay_v0, strbuild_v0, tldr_v0
from collm_envs.core.spaces import MAX_ACTION, MAX_STATE, Text
from collm_envs.core.taskset import ALL_DIFFICULTIES
from collm_envs.wrappers.single_agent import SingleAgentEnv, join, split

from .tools import MODULES, play, scripted

INFOS = {
    "tldr": "structure length vocabulary style length_ratio vocabulary_ratio transition_categories jaccard score",
    "arxiv": "structure length vocabulary style length_ratio vocabulary_ratio transition_categories jaccard score",
    "coophe": "aux_defined main_defined syntax tests aux_used not_wrapper ignored_call tests_passed tests_total pass_rate "
    "all_passed aux_matters timeouts",
    "strbuild": "coverage extra_ratio adjacent_same_ratio missing_palettes iou accepted rejected",
    "housebuild": "match coverage redundancy iou hp damage killed accepted rejected",
    "relay": "accuracy right answers own_right valid",
}
TASKS = {
    "tldr": {"text": "My flatmate never washes up."},
    "arxiv": {"text": "We study bees."},
    "coophe": {
        "prompt": 'def f(n: int) -> int:\n    """Twice n and one more."""\n',
        "entry_point": "f",
        "test": "def check(candidate):\n    assert candidate(2) == 5\n",
    },
    "strbuild": {"text": "ICML", "spacing": 2},
    "housebuild": {
        "inventory": {"C": "white_concrete", "A": "air"},
        "layers": [["CC", "CC"], ["CA", "AA"]],
        "spider_attacks": [2, 1, 3],
        "player_hp": 5,
    },
    "relay": {"colours": [[0, 1, 59], [4, 4, 0, 2]]},
}

each_task = pytest.mark.parametrize("name", MODULES)


@each_task
def test_infos_are_the_promised_numbers(name):
    env = MODULES[name].parallel_env()
    keys = {"turn", "solved", *INFOS[name].split()}
    _, infos = env.reset(seed=0)
    assert all(set(info) == keys for info in infos.values())
    *_, infos = env.step(scripted(env, "random"))
    assert all(set(info) == keys for info in infos.values())
    assert all(type(value) in (int, float, bool) for info in infos.values() for value in info.values())


@each_task
def test_instances_by_index_and_injected(name):
    env = MODULES[name].parallel_env()
    env.reset(seed=0, options={"split": "test", "index": 3})
    third = env.instance
    assert third.content == env.task.tasks["test"][3].content
    env.reset(seed=1, options={"task": TASKS[name]})
    assert env.instance.fields() == TASKS[name]
    env.reset(seed=0, options={"task": third.fields()})
    assert env.instance == third, "fields() are all it takes to play the same instance again"


@each_task
def test_where_an_instance_comes_from_is_known(name):
    env = MODULES[name].parallel_env()
    assert env.source is None
    for seed in range(3):
        env.reset(seed=seed, options={"split": "val"})
        assert env.source.split == "val"
        assert env.task.tasks["val"][env.source.index].content == env.instance.content
    env.reset(options={"split": "test", "index": -2})
    assert (env.source.split, env.source.index) == ("test", len(env.task.tasks["test"]) - 2)
    assert env.fork().source == env.source
    env.reset(options={"task": TASKS[name]})
    assert env.source.index == -1


@each_task
def test_every_split_gives_instances(name):
    env = MODULES[name].parallel_env()
    for split_name in env.task.tasks.splits:
        if not split_name.startswith("hub"):
            env.reset(seed=0, options={"split": split_name, "index": -1})
            assert play(env, "oracle", split=split_name, index=0)[-1] == env.reward_range[1]


@each_task
def test_splits_are_disjoint_by_content(name):
    tasks = MODULES[name].parallel_env().task.tasks
    seen = {}
    for split_name in ("train", "val", "test", *tasks.fixed):
        for instance in tasks[split_name]:
            assert seen.setdefault(instance.content, split_name) in (split_name, "paper_train", "paper_test")
    held_out = {instance.content for split_name in ("val", "test") for instance in tasks[split_name]}
    assert held_out.isdisjoint(tasks[f"generated:{level}"][index].content for level in ALL_DIFFICULTIES for index in range(150))


@each_task
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"split": "tests"}, "unknown split 'tests'.*train, val, test"),
        ({"split": 3}, "unknown split 3"),
        ({"split": "test", "index": 10_000}, "index of split test must be in"),
        ({"split": "test", "index": "a"}, "must be a whole number"),
        ({"task": "word"}, "must be a mapping"),
        ({"task": {}}, "lacks .*required"),
    ],
)
def test_bad_reset_options(name, options, words):
    with pytest.raises((ValueError, TypeError, IndexError), match=words):
        MODULES[name].parallel_env().reset(options=options)


@pytest.mark.parametrize(
    ("module", "task", "words"),
    [
        (strbuild_v0, {"text": "123"}, "at least one letter"),
        (strbuild_v0, {"text": "A" * 25}, "at most 24"),
        (strbuild_v0, {"text": "A", "spacing": 9}, "spacing must be in 0..8"),
        (strbuild_v0, {"text": "A", "space": 2}, "unknown field.*text, spacing"),
        (strbuild_v0, {"text": 5}, "text must be a str"),
        (tldr_v0, {"text": "  "}, "must not be empty"),
        (arxiv_v0, {"text": "a" * 32_001}, "at most 32000"),
        (housebuild_v0, {**TASKS["housebuild"], "layers": [["CX"]]}, "'X', which is not in the inventory: C, A"),
        (housebuild_v0, {**TASKS["housebuild"], "layers": [["CC"], ["C"]]}, "layer 1 row 0 does not fit"),
        (housebuild_v0, {**TASKS["housebuild"], "layers": []}, "1 to 32 layers"),
        (housebuild_v0, {**TASKS["housebuild"], "layers": [["AA"]]}, "no block but air"),
        (housebuild_v0, {**TASKS["housebuild"], "inventory": {"C": "White Concrete", "A": "air"}}, "no block id"),
        (housebuild_v0, {**TASKS["housebuild"], "spider_attacks": "many"}, "list of at most 16"),
        (housebuild_v0, {**TASKS["housebuild"], "spider_attacks": [-1]}, "0..1000"),
        (housebuild_v0, {**TASKS["housebuild"], "player_hp": 0}, "player_hp must be in 1..1000"),
        (relay_v0, {"colours": [[0]]}, "must be 2 lists"),
        (relay_v0, {"colours": "ab"}, "must be 2 lists"),
        (relay_v0, {"colours": 5}, "must be 2 lists"),
        (relay_v0, {"colours": [[0], []]}, "colours of relay_1 must be a list of 1 to 64 numbers"),
        (relay_v0, {"colours": [[0], [0] * 65]}, "list of 1 to 64 numbers"),
        (relay_v0, {"colours": [[0], [60]]}, r"colours of relay_1 must be in 0\.\.59"),
        (relay_v0, {"colours": [["red"], [0]]}, "colours of relay_0 must be a whole number"),
    ],
)
def test_bad_injected_tasks(module, task, words):
    with pytest.raises((ValueError, TypeError), match=words):
        module.parallel_env().reset(options={"task": task})


@pytest.mark.parametrize(
    ("module", "arguments", "words"),
    [
        (tldr_v0, {"matchign": "word"}, "unknown argument 'matchign' of tldr; choose from: max_cycles.*matching"),
        (tldr_v0, {"matching": "letters"}, "unknown matching 'letters'; choose from: word, substring"),
        (arxiv_v0, {"length_window": "old"}, "released, aaai26"),
        (strbuild_v0, {"feedback": "perfect"}, "unknown feedback 'perfect'; choose from: positions, score, fixes, none"),
        (strbuild_v0, {"max_cycles": 0}, "max_cycles must be in"),
        (strbuild_v0, {"num_agents": 17}, "num_agents must be in 1..16"),
        (strbuild_v0, {"num_agents": 3, "palettes": [["stone"]]}, "1 palettes for 3 builders"),
        (strbuild_v0, {"palettes": [["stone"], []]}, "non-empty list"),
        (strbuild_v0, {"palettes": ["stone", "glass"]}, "non-empty list"),
        (strbuild_v0, {"render_mode": "video"}, "human, ansi, rgb_array"),
        (tldr_v0, {"render_mode": "rgb_array"}, "human, ansi"),
        (housebuild_v0, {"split": "dev"}, "paper_train"),
        (housebuild_v0, {"reward": "both"}, "match, coverage"),
        (housebuild_v0, {"max_commands": -1}, "max_commands must be in"),
        (housebuild_v0, {"limited_resource": "no"}, "limited_resource must be True or False, got 'no'"),
        (relay_v0, {"colours": 1}, r"colours must be in 2\.\.6"),
        (relay_v0, {"symbols": 9}, r"symbols must be in 2\.\.8"),
        (relay_v0, {"code": -1}, r"code must be in 0\.\."),
        (relay_v0, {"code": "secret"}, "code must be a whole number"),
        (relay_v0, {"shared_code": 1}, "shared_code must be True or False, got 1"),
        (relay_v0, {"reward": "late"}, "unknown reward 'late'; choose from: sparse, dense"),
        (relay_v0, {"gauge": "team"}, "unknown gauge 'team'; choose from: partner, own, both, first, none"),
        (relay_v0, {"feedback": "score"}, "unknown feedback 'score'; choose from: gauge"),
    ],
)
def test_bad_arguments_raise_at_once(module, arguments, words):
    with pytest.raises((ValueError, TypeError), match=words):
        module.parallel_env(**arguments)


@each_task
def test_bad_actions(name):
    env = MODULES[name].parallel_env()
    with pytest.raises(RuntimeError, match="reset"):
        env.step({})
    env.reset(seed=0)
    one, two = env.agents
    with pytest.raises(ValueError, match=f"action of {two} is missing.*{one}, {two}"):
        env.step({one: ""})
    with pytest.raises(ValueError, match=f"unknown agent 'someone'; choose from: {one}, {two}"):
        env.step({one: "", two: "", "someone": ""})
    with pytest.raises(TypeError, match="must be a str, got NoneType"):
        env.step({one: "", two: None})
    with pytest.raises(TypeError, match="actions must be a mapping"):
        env.step(["", ""])
    with pytest.raises(TypeError, match="options must be a mapping"):
        env.reset(options=[1])
    for seed in (-1, "a", 1.5):
        with pytest.raises((ValueError, TypeError), match="seed must be"):
            env.reset(seed=seed)
    for turns in (0, "x"):
        with pytest.raises((ValueError, TypeError), match="max_cycles must be"):
            env.max_cycles = turns
    assert env.turns == (), "a refused step leaves no trace"


@each_task
def test_transcript_and_state(name):
    env = MODULES[name].parallel_env(max_cycles=2)
    first, _ = env.reset(seed=0, options={"index": 0})
    assert env.transcript == []
    joint = scripted(env, "random")
    _, rewards, *_ = env.step(joint)
    (record,) = env.transcript
    assert json.loads(json.dumps(record)) == record
    assert record["prompts"] == first
    assert record["actions"] == joint
    assert sum(record["terms"].values()) == record["reward"] == rewards[env.possible_agents[0]]
    state = env.state()
    for text in (*first.values(), *joint.values()):
        assert text in state
    if name in ("strbuild", "housebuild"):
        env.reset(seed=0, options={"index": 0})
        env.step({"builder_0": "nonsense\n/fill 0 0 0 99 0 0 air", "builder_1": ""})
        rejected = env.transcript[0]["rejected"]
        assert [entry["line"] for entry in rejected["builder_0"]] == ["nonsense", "/fill 0 0 0 99 0 0 air"]
        assert all(entry["reason"] for entry in rejected["builder_0"])
        assert rejected["builder_1"] == []


def test_state_keeps_its_newest_end():
    env = strbuild_v0.parallel_env(num_agents=16, max_cycles=100)
    env.reset(seed=0)
    for turn in range(5):
        env.step({agent: f"{agent} says {turn} " + "x" * MAX_ACTION for agent in env.agents})
    assert len(env.state()) == MAX_STATE
    assert env.state_space.contains(env.state())
    assert env.state().endswith("</observation>")


def test_a_refused_reset_leaves_the_environment_as_it_was():
    env, other = strbuild_v0.parallel_env(), strbuild_v0.parallel_env()
    for one in (env, other):
        one.reset(seed=3)
    with pytest.raises(IndexError):
        env.reset(seed=9, options={"index": 10_000})
    assert env.agents
    assert env.reset() == other.reset()


def test_long_actions_are_cut():
    env = strbuild_v0.parallel_env()
    env.reset(seed=0, options={"task": {"text": "L"}})
    padding = "\n" * (MAX_ACTION - 5)
    env.step({"builder_0": padding + "/setblock 0 0 0 stone", "builder_1": "/setblock 0 0 0 obsidian" + padding + "x" * 1_000_000})
    assert [len(action) for action in env.turns[0].actions] == [MAX_ACTION, MAX_ACTION]
    assert env.transcript[0]["agent_metrics"]["builder_0"] == {"accepted": 0, "rejected": 1}


@each_task
def test_roles_and_ranges(name):
    env = MODULES[name].parallel_env()
    assert list(env.roles) == env.possible_agents
    assert all(re.fullmatch(r"[a-z]+_[0-9]+", agent) for agent in env.possible_agents)
    low, high = env.reward_range
    for policy in ("silent", "random", "greedy", "oracle"):
        assert all(low <= reward <= high for reward in play(env, policy))


@each_task
def test_copies_are_independent(name):
    env = MODULES[name].parallel_env(max_cycles=3)
    env.reset(seed=0)
    env.step(scripted(env, "random"))
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    before = env.state()
    results = [twin.step(scripted(twin, "greedy")) for twin in twins]
    assert env.state() == before
    assert results[0] == results[1] == env.step(scripted(env, "greedy"))
    assert env.transcript == twins[0].transcript == twins[1].transcript


def test_text_space():
    space = Text(100)
    assert "" in space
    assert "\ud800\x00\u202e" in space
    assert "x" * 101 not in space
    assert 5 not in space
    space.seed(1)
    drawn = [space.sample() for _ in range(200)]
    assert all(len(text) <= 64 and text.isascii() for text in drawn)
    assert len(set(drawn)) > 150
    assert pickle.loads(pickle.dumps(space)) == space
    assert len(pickle.dumps(space)) < 10_000
    assert space == Text(100)
    assert space != Text(101)
    assert not isinstance(space, gymnasium.spaces.Box)
    mask = (3, None)
    assert len(space.sample(mask)) == 3


@each_task
def test_manual_pages_are_true(name):
    """Arguments with their defaults, infos, splits and feedback modes stand in the page as they are in the code."""
    module = MODULES[name]
    page = " ".join(module.__doc__.split())
    env = module.parallel_env()
    for parameter in inspect.signature(module.parallel_env).parameters.values():
        default = parameter.default
        if parameter.name in ("max_cycles", "split"):
            default = getattr(env, parameter.name)
        shown = f'"{default}"' if isinstance(default, str) else str(default)
        assert f"`{parameter.name}={shown}`" in page, parameter.name
    for key in ("turn", "solved", *INFOS[name].split()):
        assert f"`{key}`" in page, key
    for mode in env.task.feedback_modes:
        assert f"`{mode}`" in page or f'`"{mode}"`' in page or f'"{mode}"' in page, mode
    for split_name in env.task.tasks.splits:
        assert f"`{split_name.split(':')[0]}" in page, split_name
    for agent in env.possible_agents:
        assert f"`{agent}`" in page
    assert f"{env.reward_range[1]:g}]" in page or f"at most {env.reward_range[1]:g}" in page


def test_single_agent_split_is_total_and_inverts_join():
    agents = ["builder_0", "builder_1"]
    parts = {"builder_0": "/kill\n\n/fill 0 0 0 1 1 1 stone", "builder_1": "x"}
    assert split(join(parts), agents) == parts
    assert split("no headings", agents) == {"builder_0": "no headings", "builder_1": ""}
    assert split("chat\n=== builder_1 ===\nb\n==builder_0==\na\n=== builder_1 ===\nc", agents) == {
        "builder_0": "a",
        "builder_1": "b\nc",
    }
    assert split("", agents) == {"builder_0": "", "builder_1": ""}
    assert split("**builder_0**\n  a \n## builder_1:\nb", agents) == {"builder_0": "  a ", "builder_1": "b"}
    assert split("builder_0\na", agents)["builder_0"] == "builder_0\na", "a name alone is no heading"
    assert split("=== builder_9 ===\n\x00\ud800", agents)["builder_0"]


def test_single_agent_prompt_is_made_of_the_observations_of_the_team():
    team = strbuild_v0.parallel_env(max_cycles=1)
    alone = SingleAgentEnv(team)
    prompt, _ = alone.reset(seed=0)
    observations, _ = team.reset(seed=0)
    assert alone.prompt(observations) == prompt
    assert prompt.startswith("You answer for all 2 members of a team: builder_0, builder_1.")
    assert prompt.endswith(join(observations))
    after, *_ = team.step(dict.fromkeys(observations, ""))
    assert alone.prompt(after) == after["builder_0"], "nobody is asked anything after the end"


@each_task
def test_single_agent_oracle_earns_the_maximum(name):
    alone = SingleAgentEnv(MODULES[name].parallel_env(max_cycles=1))
    prompt, info = alone.reset(seed=0, options={"split": "test", "index": 0})
    assert all(f"=== {agent} ===" in prompt for agent in alone.team.possible_agents)
    assert all(isinstance(value, (int, float)) for value in info.values())
    _, reward, terminated, truncated, after = alone.step(join(scripted(alone.team, "oracle")))
    assert (reward, terminated, truncated) == (alone.team.reward_range[1], True, False)
    assert set(after) == set(info)
