"""Who is asked what, what of others' answers it sees, and what that costs in time and tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pettingzoo import ParallelEnv

from collm_agents import protocols
from collm_agents.evaluate import evaluate, play_episode
from collm_agents.models.base import Prompt, Response, Sampling
from collm_agents.policies import Usage
from collm_agents.policies.local import ModelTeam
from collm_agents.policies.mixed import MixedTeam
from collm_agents.policies.scripted import ScriptedTeam
from collm_agents.policies.voiced import VoicedTeam
from collm_agents.table import summarise
from collm_agents.voices import Completion
from collm_envs import relay_v0, strbuild_v0
from collm_envs.core.registration import TASKS, version_module
from collm_envs.core.spaces import Text
from collm_envs.wrappers.single_agent import heading

TEAM = ("worker_0", "worker_1", "worker_2")


class Recorder:
    """Answers every call with a marker of its own for each member, and keeps what it was asked."""

    def __init__(self, markers: Sequence[str]) -> None:
        self.markers = list(markers)
        self.calls: list[dict[str, str]] = []
        self.said: list[dict[str, str]] = []

    def __call__(self, prompts: Mapping[str, str]) -> dict[str, str]:
        self.calls.append(dict(prompts))
        self.said.append({member: self.markers.pop(0) for member in prompts})
        return self.said[-1]


class FakeVoice:
    """A voice whose latencies and token counts are known: those of call i, in order of its prompts."""

    def __init__(self, costs: Sequence[Sequence[tuple[float, int, int]]], name: str = "fake", cut: bool = False) -> None:
        self.name, self._costs, self._cut = name, list(costs), cut
        self.seeds: list[int] = []
        self.prompts: list[list[str]] = []
        self.closed = 0

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        self.seeds.append(seed)
        self.prompts.append(list(prompts))
        costs = self._costs.pop(0)
        assert len(costs) == len(prompts)
        return [Completion(f"said {tokens}", tokens, read, seconds, self._cut) for seconds, tokens, read in costs]

    def close(self) -> None:
        self.closed += 1


class Talk(ParallelEnv[str, str, str]):
    """A text environment that is none of this project's: everybody answers twice."""

    metadata = {"name": "talk"}  # noqa: RUF012
    render_mode = None

    def __init__(self, members: int) -> None:
        self.possible_agents = [f"worker_{number}" for number in range(members)]
        self.agents: list[str] = []
        self._left = 0

    def observation_space(self, agent: str) -> Text:
        return Text(1000)

    def action_space(self, agent: str) -> Text:
        return Text(1000)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, str], dict[str, Any]]:
        self.agents, self._left = self.possible_agents[:], 2
        return {agent: f"hello {agent}" for agent in self.agents}, {agent: {} for agent in self.agents}

    def step(self, actions: dict[str, str]) -> Any:
        self.heard, self._left = dict(actions), self._left - 1
        told = {agent: f"again {agent}" for agent in self.agents}
        over = dict.fromkeys(self.agents, not self._left)
        rewards, infos = dict.fromkeys(self.agents, 0.0), {agent: {} for agent in self.agents}
        if not self._left:
            self.agents = []
        return told, rewards, over, dict.fromkeys(over, False), infos


# -- what each sees ---------------------------------------------------------------------------------------------------------

marker = st.text(st.characters(codec="utf-8", exclude_characters="<"), max_size=30)
teams = st.integers(1, 5).map(lambda count: [f"worker_{number}" for number in range(count)])


def unlike(count: int) -> Any:
    """Markers that no prompt has by chance, none of which is within another."""
    texts = st.lists(marker, min_size=count, max_size=count)
    return texts.map(lambda each: [f"<{number}:{text}" for number, text in enumerate(each)])


@given(teams, unlike(5), st.text(max_size=50))
def test_in_parallel_no_prompt_holds_anything_of_an_answer(team: list[str], markers: list[str], words: str) -> None:
    observations, ask = {member: f"{words} for {member}" for member in team}, Recorder(markers)
    answers = protocols.parallel(observations, ask)
    assert ask.calls == [observations]
    assert answers == dict(zip(team, markers))


@given(teams, unlike(5))
def test_in_a_pipeline_each_sees_exactly_those_before_it(team: list[str], markers: list[str]) -> None:
    observations, ask = {member: f"prompt of {member}" for member in team}, Recorder(markers)
    answers = protocols.pipeline(observations, ask)
    assert answers == dict(zip(team, markers))
    assert [list(call) for call in ask.calls] == [[member] for member in team]
    assert ask.calls[0] == {team[0]: observations[team[0]]}
    for place, member in enumerate(team):
        prompt = ask.calls[place][member]
        assert prompt.startswith(observations[member])
        assert [marker in prompt for marker in markers[: len(team)]] == [before < place for before in range(len(team))]
        assert [heading(each) in prompt for each in team] == [before < place for before in range(len(team))]


@given(teams, st.integers(2, 4), unlike(20))
def test_in_a_discussion_each_sees_the_round_before_and_nothing_else(team: list[str], rounds: int, markers: list[str]) -> None:
    observations, ask = {member: f"prompt of {member}" for member in team}, Recorder(markers)
    answers = protocols.discussion(observations, ask, rounds)
    assert len(ask.calls) == rounds
    assert ask.calls[0] == observations
    for number in range(1, rounds):
        for member in team:
            prompt = ask.calls[number][member]
            assert prompt.startswith(observations[member])
            for when, said in enumerate(ask.said):
                assert all((text in prompt) == (when == number - 1) for text in said.values())
    assert answers == ask.said[-1]


def test_one_answer_of_all_is_taken_apart() -> None:
    asked: list[Mapping[str, str]] = []

    def ask(prompts: Mapping[str, str]) -> dict[str, str]:
        asked.append(prompts)
        return {"team": f"{heading('worker_1')}\nright\n{heading('worker_0')}\nleft"}

    answers = protocols.single({"worker_0": "a", "worker_1": "b"}, ask, lambda each: "+".join(each.values()))
    assert asked == [{"team": "a+b"}]
    assert answers == {"worker_0": "left", "worker_1": "right"}


def test_a_discussion_of_one_round_is_refused() -> None:
    with pytest.raises(ValueError, match="2 rounds or more, got 1"):
        protocols.discussion({"worker_0": ""}, Recorder(["x"]), 1)
    with pytest.raises(ValueError, match="2 rounds or more, got 1"):
        VoicedTeam(FakeVoice([]), "discussion", 1)


def test_no_more_of_an_answer_is_shown_than_the_environment_reads() -> None:
    ask = Recorder(["x" * 100_000, "y"])
    protocols.pipeline({"worker_0": "a", "worker_1": "b"}, ask)
    assert ask.calls[1]["worker_1"].count("x") < 16_400


# -- what it costs ----------------------------------------------------------------------------------------------------------

# Seconds are sums of powers of two: they add up exactly.
FIRST, SECOND, THIRD = (1.5, 10, 100), (4.0, 20, 200), (2.25, 5, 300)


@pytest.mark.parametrize(
    ("protocol", "rounds", "costs", "turn", "seconds", "usage"),
    [
        ("single", 2, [[FIRST]], 1.5, {"team": 1.5}, {"team": Usage(10, 100, 1)}),
        (
            "parallel",
            2,
            [[FIRST, SECOND, THIRD]],
            4.0,
            {"worker_0": 1.5, "worker_1": 4.0, "worker_2": 2.25},
            {"worker_0": Usage(10, 100, 1), "worker_1": Usage(20, 200, 1), "worker_2": Usage(5, 300, 1)},
        ),
        (
            "pipeline",
            2,
            [[FIRST], [SECOND], [THIRD]],
            7.75,
            {"worker_0": 1.5, "worker_1": 4.0, "worker_2": 2.25},
            {"worker_0": Usage(10, 100, 1), "worker_1": Usage(20, 200, 1), "worker_2": Usage(5, 300, 1)},
        ),
        (
            "discussion",
            2,
            [[FIRST, SECOND, THIRD], [(8.0, 1, 1), FIRST, FIRST]],
            12.0,
            {"worker_0": 9.5, "worker_1": 5.5, "worker_2": 3.75},
            {"worker_0": Usage(11, 101, 2), "worker_1": Usage(30, 300, 2), "worker_2": Usage(15, 400, 2)},
        ),
        (
            "discussion",
            3,
            [[FIRST, SECOND, THIRD], [FIRST, FIRST, FIRST], [FIRST, FIRST, SECOND]],
            4.0 + 1.5 + 4.0,
            {"worker_0": 4.5, "worker_1": 7.0, "worker_2": 7.75},
            {"worker_0": Usage(30, 300, 3), "worker_1": Usage(40, 400, 3), "worker_2": Usage(35, 600, 3)},
        ),
    ],
)
def test_time_and_tokens_of_every_protocol_are_exact(
    protocol: str, rounds: int, costs: Any, turn: float, seconds: dict[str, float], usage: dict[str, Usage]
) -> None:
    env = Talk(3)
    voice = FakeVoice(costs * 2)
    team = VoicedTeam(voice, protocol, rounds)
    observations, _ = env.reset()
    team.reset(env, 0)  # type: ignore[arg-type]  # any environment of texts will do
    while env.agents:
        actions = team.act(env, observations)  # type: ignore[arg-type]
        assert set(actions) == set(observations)
        assert team.turn_seconds == turn
        assert team.seconds == seconds
        assert team.usage == usage
        observations = env.step(actions)[0]
    assert len(set(voice.seeds)) == len(voice.seeds)


@pytest.mark.parametrize(("protocol", "turn"), [("parallel", 4.0), ("pipeline", 7.75), ("discussion", 8.0)])
def test_voices_of_their_own_cost_the_same(protocol: str, turn: float) -> None:
    voices = {agent: FakeVoice([[cost]] * 2, agent) for agent, cost in zip(TEAM, (FIRST, SECOND, THIRD))}
    team, env = VoicedTeam(voices, protocol), Talk(3)
    team.reset(env, 0)  # type: ignore[arg-type]
    team.act(env, env.reset()[0])  # type: ignore[arg-type]
    assert team.turn_seconds == turn
    assert all(all(len(asked) == 1 for asked in voice.prompts) for voice in voices.values())
    team.close()
    assert [voice.closed for voice in voices.values()] == [1, 1, 1]


@pytest.mark.parametrize(
    ("protocol", "costs", "seconds", "tokens", "per_agent", "prompt"),
    [
        ("single", [[SECOND]], 4.0, 20, 20, 200),
        ("parallel", [[FIRST, SECOND]], 4.0, 30, 15, 300),
        ("pipeline", [[FIRST], [SECOND]], 5.5, 30, 15, 300),
        ("discussion", [[FIRST, SECOND], [THIRD, FIRST]], 6.25, 45, 22.5, 700),
    ],
)
def test_a_row_of_the_table_has_the_figures_of_its_episodes(
    protocol: str, costs: Any, seconds: float, tokens: float, per_agent: float, prompt: float
) -> None:
    env = strbuild_v0.parallel_env(max_cycles=2)
    team = VoicedTeam(FakeVoice(costs * 2 * 3, cut=True), protocol)
    results = evaluate(lambda: env, team, "test", 3)
    speakers = ["team"] if protocol == "single" else env.possible_agents
    for result in results:
        assert (result.protocol, result.turns) == (protocol, 2)
        assert result.turn_seconds == [seconds, seconds]
        assert result.team_seconds == 2 * seconds
        assert list(result.tokens) == list(result.prompt_tokens) == list(result.completions) == list(result.seconds) == speakers
        assert sum(result.tokens.values()) == 2 * tokens
        assert sum(result.completions.values()) == sum(result.cut.values()) == 2 * sum(map(len, costs))
        assert [len(turn) for turn in result.exchanges] == [sum(map(len, costs))] * 2
        assert sum(each["tokens"] for turn in result.exchanges for each in turn) == 2 * tokens
    (row,) = summarise(results)
    assert (row.seconds, row.tokens, row.speaker_tokens, row.prompt_tokens) == (2 * seconds, 2 * tokens, 2 * per_agent, 2 * prompt)
    assert (row.cut, row.episodes, row.turns) == (1.0, 3, 2)


def test_trained_agents_are_timed_one_by_one_and_the_slowest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    costs = {"relay_0": (0.5, 3), "relay_1": (2.0, 7), "team": (8.0, 9)}

    class Model:
        def __init__(self, *agents: str) -> None:
            self.agents = agents

        def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
            nonlocal now
            answers = []
            for prompt in prompts:
                seconds, tokens = costs[prompt.agent]
                now += seconds
                ids = np.zeros(tokens, np.int64)
                answers.append([Response(prompt.agent, np.zeros(4, np.int64), ids, np.zeros(tokens, np.float32), "x", False)])
            return answers

    monkeypatch.setattr("collm_agents.policies.local.perf_counter", lambda: now)
    env = relay_v0.parallel_env(max_cycles=2)
    result = play_episode(env, ModelTeam(Model("relay_0", "relay_1"), Sampling()), "test", 0, 0)  # type: ignore[arg-type]
    assert (result.protocol, result.turn_seconds, result.team_seconds) == ("parallel", [2.0, 2.0], 4.0)
    assert result.seconds == {"relay_0": 1.0, "relay_1": 4.0}
    assert (result.tokens, result.cut) == ({"relay_0": 6, "relay_1": 14}, {"relay_0": 2, "relay_1": 2})
    assert result.prompt_tokens == {"relay_0": 8, "relay_1": 8}
    result = play_episode(env, ModelTeam(Model("team"), Sampling()), "test", 0, 0)  # type: ignore[arg-type]
    assert (result.protocol, result.team_seconds, result.tokens) == ("single", 16.0, {"team": 18})
    assert result.completions == {"team": 2}


def test_scripts_have_no_tokens_and_the_slowest_of_them_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 10.0, 13.0] * 2)
    monkeypatch.setattr("collm_agents.policies.scripted.perf_counter", lambda: next(ticks))
    result = play_episode(strbuild_v0.parallel_env(max_cycles=2), ScriptedTeam("silent"), "test", 0, 0)
    assert (result.turn_seconds, result.seconds) == ([3.0, 3.0], {"builder_0": 2.0, "builder_1": 6.0})
    assert result.tokens == result.completions == {"builder_0": 0, "builder_1": 0}


def test_a_mixed_team_answers_at_once_and_each_member_sees_its_own_prompt_alone() -> None:
    env = strbuild_v0.parallel_env()
    voice = FakeVoice([[FIRST]])
    oracle, greedy = ScriptedTeam("oracle"), ScriptedTeam("greedy")
    team = MixedTeam({"builder_0": oracle, "builder_1": VoicedTeam({"builder_1": voice}, name="fake", whole=False)})
    observations, _ = env.reset(seed=3)
    team.reset(env, 3)
    answers = team.act(env, observations)
    oracle.reset(env, 3)
    greedy.reset(env, 3)
    assert answers == {**oracle.act(env, {"builder_0": observations["builder_0"]}), "builder_1": "said 10"}
    assert voice.prompts == [[observations["builder_1"]]]
    assert team.turn_seconds == 1.5
    assert team.usage == {"builder_0": Usage(), "builder_1": Usage(10, 100, 1)}
    assert team.name == "builder_0=oracle,builder_1=fake"


# -- chance, and any environment --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 2, 5])
@pytest.mark.parametrize("protocol", protocols.PROTOCOLS)
def test_any_text_environment_and_any_number_of_agents_will_do(protocol: str, members: int) -> None:
    env = Talk(members)

    class Echo:
        name = "echo"

        def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
            return [Completion(f"{seed}", 1, len(prompt), 1.0) for prompt in prompts]

        def close(self) -> None:
            pass

    team = VoicedTeam(Echo(), protocol)
    heard = []
    for seed in (0, 0, 1):
        observations, _ = env.reset()
        team.reset(env, seed)  # type: ignore[arg-type]
        turns = []
        while env.agents:
            observations = env.step(team.act(env, observations))[0]  # type: ignore[arg-type]
            turns.append(env.heard)
        assert turns[0] != turns[1]
        heard.append(turns)
    assert heard[0] == heard[1] != heard[2]
    assert set(heard[0][0]) == set(env.possible_agents)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("protocol", protocols.PROTOCOLS)
def test_every_task_is_played_in_every_protocol(task: str, protocol: str) -> None:
    class Mumble:
        name = "mumble"

        def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
            return [Completion(f"answer {seed % 97}", 2, len(prompt.split()), 0.5) for prompt in prompts]

        def close(self) -> None:
            pass

    env = version_module(task).parallel_env()
    first, again = (play_episode(env, VoicedTeam(Mumble(), protocol), "test", 0, 7) for _ in range(2))
    assert first.transcript == again.transcript
    assert first.exchanges == again.exchanges
    if protocol == "parallel":
        for record, exchanges in zip(first.transcript, first.exchanges):
            assert {each["speaker"]: each["prompt"] for each in exchanges} == record["prompts"]


def test_teams_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown protocol 'chat'; choose from: single, parallel, pipeline, discussion"):
        VoicedTeam(FakeVoice([]), "chat")
    with pytest.raises(ValueError, match="one model answers for everybody"):
        VoicedTeam({"worker_0": FakeVoice([])}, "single")
    with pytest.raises(ValueError, match="has no agent worker_1; it has: worker_0"):
        VoicedTeam({"worker_0": FakeVoice([])}).reset(Talk(2), 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="nobody plays worker_0"):
        MixedTeam({}).reset(Talk(1), 0)  # type: ignore[arg-type]


def test_a_voice_that_gives_too_few_answers_is_an_error() -> None:
    class Short(FakeVoice):
        def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
            return []

    team, env = VoicedTeam(Short([])), Talk(2)
    team.reset(env, 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 answers to 2 prompts"):
        team.act(env, env.reset()[0])  # type: ignore[arg-type]
