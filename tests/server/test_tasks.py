"""The building tasks on a site: what they ask of it, what they make of its answers, and of its failures."""

from __future__ import annotations

import copy
import json
import math
import pickle
import subprocess
import sys
from random import Random

import pytest

from collm_agents.evaluate import evaluate
from collm_agents.policies import make_team
from collm_envs import housebuild_v0, strbuild_v0
from collm_envs.core.task import BackendLost
from collm_envs.core.vector import VectorEnv
from collm_envs.minecraft import server
from collm_envs.minecraft.house import PLAYER_HP
from collm_envs.minecraft.housebuild import HouseBuild
from collm_envs.minecraft.strbuild import StrBuild
from collm_envs.testing import check_text_env
from collm_envs.wrappers.last_turn import LastTurnPays
from collm_envs.wrappers.single_agent import SingleAgentEnv

from ..envs.test_fuzz import corpus, mutate
from ..envs.tools import MODULES, planned, play, scripted
from .fake_site import BITES, FakeSite

BOTH = pytest.mark.parametrize("name", ["strbuild", "housebuild"])
WORD = {"task": {"text": "L"}}
HUT = {"inventory": {"C": "stone", "D": "planks", "A": "air"}, "layers": [["CCD", "CAC"], ["AAA", "CCC"]]}
TWO_BITES = {"task": {**HUT, "spider_attacks": [1, 2], "player_hp": 5}}
NOBODY = {"builder_0": "", "builder_1": ""}
KILL = {"builder_0": "/kill", "builder_1": ""}


def make(name, **options):
    site = FakeSite(options.get("num_agents", 2))
    return MODULES[name].parallel_env(backend=site, **options), site


# -- what is scored -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("persistent_world", [False, True])
def test_a_site_that_does_what_it_is_told_gives_the_rewards_of_the_process(name, persistent_world):
    rng, texts = Random(f"site {name}"), corpus(name)
    options = {"persistent_world": persistent_world, **({"spider_attacks": ()} if name == "housebuild" else {})}
    (env, _), twin = make(name, **options), MODULES[name].parallel_env(**options)
    for episode in range(60):
        where = {"split": "test", "index": episode % 12}
        env.reset(seed=episode, options=where), twin.reset(seed=episode, options=where)
        while env.agents:
            joint = {agent: mutate(rng.choice(texts), rng) for agent in env.agents}
            there, here = env.step(joint), twin.step(joint)
            assert there[1:4] == here[1:4]
            assert all(here[4][agent].items() <= there[4][agent].items() for agent in joint)
        assert env.agents == twin.agents == []


def test_what_stands_is_what_is_scored():
    env, site = make("strbuild", persistent_world=True)
    env.reset(seed=0, options=WORD)
    site.forgets = 1
    *_, infos = env.step({"builder_0": "/setblock 0 0 0 stone\n/setblock 0 1 0 stone", "builder_1": "/setblock 0 2 0 obsidian"})
    assert infos["builder_0"]["coverage"] == pytest.approx(1 / 9)
    assert infos["builder_0"]["accepted"] == 2
    assert env.turns[0].score.evidence.world == {"stone": 1}
    site.forgets = 0
    env.step(NOBODY)
    assert site.turns[1].start == {"stone": 1}, "a world that persists goes on from what stood, not from what was meant to"


def test_only_accepted_commands_reach_a_site_in_the_builders_order():
    env, site = make("strbuild")
    env.reset(seed=0, options=WORD)
    env.step(
        {"builder_0": "/op me\n/setblock 9 0 0 stone\nsetblock 0 0 0 minecraft:stone", "builder_1": "/fill 0 0 0 1 0 0 obsidian"}
    )
    (turn,) = site.turns
    assert [[command.text for command in part] for part in turn.commands] == [
        ["/setblock 0 0 0 stone"],
        ["/fill 0 0 0 1 0 0 obsidian"],
    ]
    assert (turn.box, turn.start, turn.attacks, turn.health) == ((5, 5, 1), {}, (), None)


@BOTH
def test_transcripts_tell_what_the_server_said(name):
    env, site = make(name)
    env.reset(seed=0, options=WORD if name == "strbuild" else TWO_BITES)
    site.forgets = 1
    env.step({"builder_0": "/fill 0 0 0 0 0 0 " + ("stone" if name == "strbuild" else "planks"), "builder_1": ""})
    (record,) = env.transcript
    assert json.loads(json.dumps(record)) == record
    assert record["server"] == {
        "mapped": {} if name == "strbuild" else {"planks": "oak_planks"},
        "remarks": ["collm_0_0: a remark"],
    }
    assert record["accepted_commands"]["builder_1"] == []
    assert env.turns[0].score.evidence.outcome.seconds == 0.01
    plain = MODULES[name].parallel_env()
    plain.reset(seed=0)
    plain.step(NOBODY)
    assert "server" not in plain.transcript[0]


@BOTH
def test_the_score_of_a_joint_action_is_that_of_its_site(name):
    env, site = make(name)
    env.reset(seed=0, options=WORD if name == "strbuild" else TWO_BITES)
    before = len(site.turns)
    score = env.task.score(env.instance, ("/fill 0 0 0 0 0 0 stone", ""))
    assert len(site.turns) == before + 1
    assert score.evidence.world == {"stone": 1}


# -- the course of an episode -------------------------------------------------------------------------------------------


@BOTH
def test_reset_clears_the_plot_of_the_instance(name):
    env, site = make(name)
    env.reset(seed=0, options=WORD if name == "strbuild" else TWO_BITES)
    assert site.log == ["open", "clear"]
    expected = {"oak_planks", "stone", "white_concrete", "obsidian"} if name == "strbuild" else {"stone", "planks"}
    assert site.cleared == (env.task.box(env.instance), expected)


def test_blocks_that_a_server_does_not_know_are_refused_and_leave_the_environment_as_it_was():
    (env, _), (other, _) = make("housebuild"), make("housebuild")
    for one in (env, other):
        one.reset(seed=3)
    with pytest.raises(ValueError, match="'cheese'"):
        env.reset(seed=9, options={"task": {**HUT, "inventory": {"C": "cheese", "D": "stone", "A": "air"}}})
    assert env.agents
    assert env.reset() == other.reset()


@BOTH
def test_a_server_that_is_not_there_is_said_at_reset(name):
    env, site = make(name)
    site.down = "nothing listens on port 25565"
    with pytest.raises(BackendLost, match="nothing listens"):
        env.reset(seed=0)
    assert env.agents == []
    site.down = ""
    env.reset(seed=0)
    assert env.agents


@BOTH
@pytest.mark.parametrize("fault", ["broken", "refuses", "down"])
def test_a_lost_turn_is_no_reward_and_the_next_reset_goes_on(name, fault):
    env, site = make(name, render_mode="ansi")
    env.reset(seed=0)
    env.step(KILL)
    setattr(site, fault, "the server is gone")
    observations, rewards, over, cut, infos = env.step(KILL)
    assert math.isnan(rewards["builder_0"])
    assert (over["builder_0"], cut["builder_1"], env.agents) == (False, True, [])
    assert "the server is gone" in observations["builder_0"]
    assert set(infos["builder_0"]) == set(env.reset(seed=0)[1]["builder_0"]) if not site.down else True
    site.down = ""
    env.reset(seed=0)
    assert not env.step(KILL)[3]["builder_0"]


def test_a_lost_turn_stands_in_the_transcript():
    env, site = make("housebuild")
    env.reset(seed=0)
    site.broken = "the server is gone"
    env.step(KILL)
    (record,) = env.transcript
    assert (record["reward"], record["truncated"], record["lost"]) == (None, True, "the server is gone")
    assert "server" not in record


def test_forks_share_a_plot_and_play_on_from_their_own_worlds():
    env, site = make("strbuild", persistent_world=True)
    env.reset(seed=0, options=WORD)
    env.step({"builder_0": "/setblock 0 0 0 stone", "builder_1": ""})
    forks = [env.fork() for _ in range(3)]
    together = VectorEnv(forks)
    together.step([{"builder_0": f"/setblock 0 {y} 0 stone", "builder_1": ""} for y in (1, 2, 3)])
    forks[1].step({"builder_0": "/setblock 0 4 0 stone", "builder_1": ""})
    assert [fork.turns[-1].score.evidence.world["stone"].bit_count() for fork in forks] == [2, 3, 2]
    assert len(env.turns) == 1
    together.close()
    assert "close" not in site.log


@pytest.mark.parametrize("wrap", [lambda env: env, LastTurnPays, SingleAgentEnv])
def test_close_releases_the_task_s_own_site_once_and_it_opens_again(monkeypatch, wrap):
    sites = []

    def open_site(builders, *args, **options):
        sites.append(FakeSite(builders))
        return sites[-1]

    monkeypatch.setattr(server, "open_site", open_site)
    env = strbuild_v0.parallel_env(backend="server")
    env.close()
    assert not sites, "nothing is opened to be closed"
    env.reset(seed=0)
    wrapped = wrap(env)
    fork = env.fork()
    fork.step(NOBODY)
    fork.close()
    assert "close" not in sites[0].log
    wrapped.close()
    assert sites[0].log[-1] == "close"
    env.step(NOBODY)
    assert (len(sites), sites[0].log[-2:]) == (1, ["open", "submit"]), "a running episode goes on, on a site that opens again"


def test_a_site_that_was_given_stays_open():
    env, site = make("strbuild")
    env.reset(seed=0)
    env.close()
    assert "close" not in site.log


# -- spiders ------------------------------------------------------------------------------------------------------------


def test_health_is_measured():
    env, site = make("housebuild", render_mode="ansi")
    _, infos = env.reset(seed=0, options=TWO_BITES)
    assert (infos["builder_0"]["hp"], infos["builder_0"]["health"], infos["builder_0"]["damage"]) == (5.0, 20.0, 0.0)
    _, rewards, _, _, infos = env.step(NOBODY)
    # Builder 0 was bitten for 2, builder 1 for 4, of 20 each.
    assert [infos[agent]["health"] for agent in env.agents] == [18.0, 16.0]
    assert infos["builder_0"]["hp"] == pytest.approx(5 * 17 / 20)
    assert infos["builder_0"]["damage"] == pytest.approx(5 * 3 / 20)
    assert infos["builder_0"]["drawn_damage"] == 3
    assert not infos["builder_0"]["killed"]
    assert env.turns[0].score.terms["spiders"] == pytest.approx(-0.1 * 3 / 20)
    assert rewards["builder_0"] == pytest.approx(infos["builder_0"]["match"] - 0.1 * 3 / 20)
    assert ", health 4.25\n" in env.render()
    assert "builder_1: 0 accepted, 0 rejected, 16 health" in env.render()
    *_, infos = env.step(KILL)
    assert site.turns[1].health == (18.0, 16.0)
    assert (infos["builder_0"]["damage"], infos["builder_0"]["killed"]) == (0.0, True)
    assert infos["builder_0"]["hp"] == pytest.approx(5 * 17 / 20)
    *_, infos = env.step(NOBODY)
    assert [infos[agent]["health"] for agent in env.possible_agents] == [16.0, 12.0]


def test_the_coverage_reward_counts_measured_damage_too():
    env, _ = make("housebuild", reward="coverage")
    env.reset(seed=0, options=TWO_BITES)
    env.step(NOBODY)
    assert env.turns[0].score.terms["spiders"] == pytest.approx(-0.2 * 3 / 20)


def test_a_builder_that_dies_ends_the_episode():
    env, _ = make("housebuild")
    env.reset(seed=0, options={"task": {**HUT, "spider_attacks": [10], "player_hp": 5}})
    _, _, over, cut, infos = env.step(NOBODY)
    assert (infos["builder_0"]["health"], infos["builder_1"]["health"], infos["builder_0"]["hp"]) == (0.0, 20.0, 2.5)
    assert (over["builder_0"], cut["builder_0"], env.agents) == (True, False, [])
    assert not infos["builder_0"]["solved"]


def test_constant_health_is_measured_then_healed():
    env, site = make("housebuild", constant_health=True)
    env.reset(seed=0, options={"task": {**HUT, "spider_attacks": [10, 1], "player_hp": 5}})
    for _ in range(2):
        *_, infos = env.step(NOBODY)
        assert (infos["builder_0"]["health"], infos["builder_1"]["health"]) == (0.0, 18.0)
        assert (infos["builder_0"]["hp"], infos["builder_0"]["damage"]) == (5.0, pytest.approx(5 * 11 / 20))
    assert [turn.health for turn in site.turns] == [None, None]
    assert env.agents


def test_episodes_have_the_attacks_of_the_process_and_spider_seeds_of_their_own():
    env, site = make("housebuild")
    twin = housebuild_v0.parallel_env()
    seeds = []
    for seed in range(12):
        _, infos = env.reset(seed=seed)
        twin.reset(seed=seed)
        env.step(NOBODY)
        assert (env.instance.fields(), site.turns[-1].attacks) == (twin.instance.fields(), twin.instance.spider_attacks)
        assert site.turns[-1].seed == infos["builder_0"]["spider_seed"]
        seeds.append(infos["builder_0"]["spider_seed"])
        assert env.reset(seed=seed)[1] == infos
    assert len(set(seeds)) == 12
    env.reset(seed=0), twin.reset(seed=0)
    for _ in range(3):
        env.reset(), twin.reset()
        assert env.instance.fields() == twin.instance.fields(), "the seed of the spiders moves no other draw"
    fixed, _ = make("housebuild", spider_attacks=(2, 2, 2))
    assert len({fixed.reset(seed=seed)[1]["builder_0"]["spider_seed"] for seed in range(12)}) == 12


def test_an_instance_of_the_server_can_be_played_again_from_its_fields():
    env, _ = make("housebuild")
    env.reset(seed=5)
    fields = json.loads(json.dumps(env.instance.fields()))
    again, _ = make("housebuild")
    again.reset(seed=6, options={"task": fields})
    assert again.instance.fields() == fields


def test_prompts_speak_of_bites_only_where_spiders_bite():
    env, _ = make("housebuild")
    here = housebuild_v0.parallel_env().reset(seed=0, options=TWO_BITES)[0]["builder_1"]
    there = env.reset(seed=0, options=TWO_BITES)[0]["builder_1"]
    assert "2 spiders attack with 1, 2 damage, 3 in all" in here
    assert "a bite of theirs takes 1, 2 of a builder's 20 health" in there
    assert "3 in all" not in there
    assert "told as 5 when it is full" in there
    told = env.step(NOBODY)[0]["builder_0"]
    assert "Nobody killed the spiders: 0.75 damage. Health: 4.25. Of 20 the builders have: 18, 16." in told
    assert "The spiders were killed; they come back every turn: 0 damage. Health: 4.25." in env.step(KILL)[0]["builder_0"]
    calm, _ = make("housebuild")
    assert "No spiders are near." in calm.reset(seed=0, options={"task": {**HUT, "spider_attacks": []}})[0]["builder_0"]


@pytest.mark.parametrize("feedback", ["score", "positions", "fixes", "cells", "boxes", "budget", "none"])
def test_feedback_modes_play_through(feedback):
    env, _ = make("housebuild", feedback=feedback, constant_health=True, render_mode="ansi", split="test")
    assert len(play(env, "random")) == 4
    assert "health" in env.render()
    env, _ = make("housebuild", feedback="fixes", report=False, constant_health=True)
    observations, _ = env.reset(seed=0, options={"split": "paper_train", "index": 0})
    observations, *_ = env.step(NOBODY)
    assert env.step(planned(observations))[1]["builder_0"] == 1.0


@pytest.mark.parametrize("number", [1, 2, 3, 16])
def test_any_number_of_builders(number):
    for name in ("strbuild", "housebuild"):
        env, _ = make(name, num_agents=number)
        assert max(play(env, "oracle", index=0)) == env.reward_range[1] or number == 1


def test_single_agents_see_each_builder_s_health():
    env, _ = make("housebuild")
    alone = SingleAgentEnv(env)
    _, info = alone.reset(seed=0, options=TWO_BITES)
    assert info["builder_1.health"] == 20.0
    assert "health" not in info
    *_, info = alone.step("")
    assert info["builder_1.health"] == 20.0 - BITES * 2


def test_scripted_teams_are_evaluated_on_a_site():
    for name in ("strbuild", "housebuild"):
        env, _ = make(name)
        results = evaluate(lambda env=env: env, make_team("oracle", env.task), episodes=3)
        assert [result.last_reward for result in results] == [env.reward_range[1]] * 3
        assert all(json.loads(result.to_json()) for result in results)


# -- options ------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"backend": "docker"}, "choose from: memory, server"),
        ({"backend": None}, "NoneType lacks open, clear, submit, close"),
        ({"host": "127.0.0.1"}, 'only with backend="server": host;'),
        ({"bridge": "node", "plot": 3}, 'only with backend="server": plot, bridge;'),
        ({"backend": FakeSite(), "host": "127.0.0.1"}, "an open site"),
        ({"backend": "server", "port": 25565}, "need a host"),
        ({"backend": "server", "plot": 1}, "need a host"),
        ({"backend": "server", "bridge": "python"}, "choose from: auto, javascript, node"),
        ({"backend": "server", "host": "127.0.0.1", "port": 0}, "port must be in 1..65535"),
        ({"backend": "server", "host": "127.0.0.1", "port": "25565"}, "port must be a whole number"),
        ({"backend": "server", "host": ""}, "host must be a name or an address"),
        ({"backend": "server", "host": "127.0.0.1", "plot": -1}, "plot must be in 0"),
        ({"turn_timeout": 0}, "turn_timeout must be above 0"),
        ({"turn_timeout": float("nan")}, "turn_timeout must be above 0"),
        ({"turn_timeout": "30"}, "number of seconds"),
    ],
)
def test_wrong_options_name_the_choices(name, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        MODULES[name].parallel_env(**options)


def test_spider_seconds_are_checked():
    with pytest.raises(ValueError, match="spider_seconds must be above 0"):
        housebuild_v0.parallel_env(spider_seconds=-1.0)


@pytest.mark.parametrize(
    ("task", "asked", "expected"),
    [
        (StrBuild(backend="server"), (2, None, None), {"bridge": "auto", "plot": None, "turn_timeout": 30.0}),
        (
            StrBuild(backend="server", num_agents=3, host="mc", plot=7, bridge="node", turn_timeout=5.0),
            (3, "mc", 25565),
            {"bridge": "node", "plot": 7, "turn_timeout": 5.0},
        ),
        (
            HouseBuild(backend="server", host="mc", port=1, spider_seconds=0.5),
            (2, "mc", 1),
            {"bridge": "auto", "plot": None, "turn_timeout": 30.0, "spider_seconds": 0.5},
        ),
    ],
)
def test_options_reach_the_site(monkeypatch, task, asked, expected):
    calls = []
    monkeypatch.setattr(server, "open_site", lambda *args, **options: calls.append((args, options)) or FakeSite())
    task.check_backend()
    task.check_backend()
    assert calls == [(asked, expected)]


@BOTH
def test_tasks_stay_values_and_their_sites_do_not_travel(monkeypatch, name):
    opened = []
    monkeypatch.setattr(server, "open_site", lambda *_, **__: opened.append(1) or FakeSite())
    env = MODULES[name].parallel_env(backend="server")
    env.reset(seed=0)
    env.step(KILL)
    assert hash(env.task) == hash(type(env.task)(backend="server"))
    before = env.state()
    for number, twin in enumerate([copy.deepcopy(env), pickle.loads(pickle.dumps(env))], 2):
        assert twin.task == env.task
        assert twin.step(KILL)[1] == twin.fork().task.score(twin.instance, ("/kill", "")).total or True
        assert len(opened) == number
        twin.close()
    assert env.state() == before
    assert not env.step(KILL)[3]["builder_0"]


def test_in_process_nothing_of_the_server_is_imported():
    code = (
        "import sys\n"
        "from collm_envs import strbuild_v0, housebuild_v0\n"
        "for module in (strbuild_v0, housebuild_v0):\n"
        "    env = module.parallel_env(); env.reset(seed=0); env.step(dict.fromkeys(env.agents, '/kill')); env.close()\n"
        "strbuild_v0.parallel_env(backend='server')\n"
        "print([name for name in sys.modules if name.startswith(('collm_envs.minecraft.server', 'javascript'))])"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout
    assert shown.strip() == "[]"


@BOTH
def test_manual_pages_name_the_infos_of_a_server(name):
    env, _ = make(name)
    _, infos = env.reset(seed=0)
    for key in infos["builder_0"]:
        assert f"`{key}`" in MODULES[name].__doc__, key
    assert "ServerError" in strbuild_v0.__doc__
    assert env.task.own_metrics == ("accepted", "rejected", *(("health",) if name == "housebuild" else ()))
    assert infos["builder_0"].get("hp", PLAYER_HP) == PLAYER_HP


# -- conformance --------------------------------------------------------------------------------------------------------


class OnASite:
    """Makes an environment on a fake site of its own."""

    def __init__(self, name):
        self.name = name

    def __call__(self, **options):
        return MODULES[self.name].parallel_env(backend=FakeSite(), **options)


def improving(env, agent, observation):
    """Random, then greedy, then perfect."""
    turn = len(env.turns)
    return scripted(env, ("random", "greedy", "oracle")[turn % 3], turn)[agent]


@BOTH
@pytest.mark.parametrize("policy", [None, improving])
def test_conformance(name, policy):
    ran = check_text_env(OnASite(name), cross_process=False, policy=policy)
    assert set(ran.skipped) <= {"render_rgb_array", "processes"}
