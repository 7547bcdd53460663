"""Relay: the rules, the secret code, prompts, and the exact values against enumeration and play."""

from __future__ import annotations

import itertools
import math
from random import Random
from statistics import fmean

import numpy as np
import pytest

from collm_envs import relay_v0
from collm_envs.core import prompting
from collm_envs.diagnostic import exact
from collm_envs.diagnostic.deal import LEVELS, parse
from collm_envs.diagnostic.prompts import GAUGES
from collm_envs.diagnostic.relay import PERFECT, Relay
from collm_envs.diagnostic.reward import pressed_in
from collm_envs.diagnostic.secret import SYMBOLS, Code

from .tools import MODULES, perfect, play, scripted

SETTINGS = [
    {},
    {"reward": "dense"},
    {"colours": 3, "symbols": 2, "code": 7},
    {"colours": 6, "symbols": 8, "shared_code": True, "reward": "dense"},
]
each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=str)


def wanted(env):
    """The right symbol of each agent in the present turn."""
    task, turn = env.task, len(env.turns) + 1
    colours = [env.instance.colour(agent, turn, task.colours) for agent in (0, 1)]
    return [SYMBOLS[task.secret.right(agent, turn, colour)] for agent, colour in enumerate(colours)]


def wrong(symbol):
    """A symbol that is not this one."""
    return "B" if symbol == "A" else "A"


def answers(env, *right):
    """A joint action in which these agents are right."""
    symbols = [symbol if agent in right else wrong(symbol) for agent, symbol in enumerate(wanted(env))]
    return {name: f"press {symbol}" for name, symbol in zip(env.agents, symbols)}


def any_policy(seed, turns, colours, symbols):
    """A tabular policy without any pattern; a tenth of its answers cannot be read."""
    return np.random.default_rng(seed).dirichlet(np.ones(symbols), (2, turns, colours)) * 0.9


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("press A", "A"),
        ("PRESS b", "B"),
        ("  `Press: C`.  ", "C"),
        ("- **press** D\r\n", "D"),
        ("I think of red.\npress A\nno:\npress B\nthat is it", "B"),
        ("press A\npress Z", ""),
        ("press E", ""),
        ("press", ""),
        ("press\nA", ""),
        ("pressA", ""),
        ("press A or B", ""),
        ("I press A", ""),
        ("press AB", ""),
        ("press 1", ""),
        ("A", ""),
        ("", ""),
        ("pre\u017fs A", ""),
        ("press \u0391", ""),
        ("*" * 16_000, ""),
        ("press " * 3_000, ""),
        ("\x00\ud800 press A \u202e", "A"),
    ],
)
def test_answers_are_read_tolerantly(text, symbol):
    assert pressed_in(text, 4) == symbol


# -- rewards and counts -----------------------------------------------------------------------------------------------


def test_counts_and_rewards_by_hand():
    for reward, paid in (("sparse", [0.0, 0.0, 4 / 6]), ("dense", [2 / 6, 1 / 6, 1 / 6])):
        env = relay_v0.parallel_env(max_cycles=3, reward=reward)
        env.reset(seed=0)
        for number, right in enumerate([(0, 1), (1,), (1,)]):
            _, rewards, terminations, truncations, infos = env.step(answers(env, *right))
            assert rewards == dict.fromkeys(env.possible_agents, paid[number])
            assert set(terminations.values()) == {number == 2}
            assert not any(truncations.values())
        shared = {"turn": 3, "solved": False, "accuracy": 4 / 6, "right": 4, "answers": 6, "valid": True}
        assert infos == {"relay_0": {**shared, "own_right": 1}, "relay_1": {**shared, "own_right": 3}}


def test_unread_answers_are_wrong():
    env = relay_v0.parallel_env(max_cycles=1)
    env.reset(seed=0)
    _, rewards, _, _, infos = env.step({**answers(env, 0, 1), "relay_1": "I do not know"})
    assert rewards["relay_0"] == 0.5
    assert [info["valid"] for info in infos.values()] == [True, False]
    assert env.transcript[0]["pressed"] == {"relay_0": wanted_symbol(env, 0), "relay_1": ""}
    assert env.transcript[0]["wanted"]["relay_1"] == wanted_symbol(env, 1)


def wanted_symbol(env, agent):
    """The right symbol of turn 1."""
    return SYMBOLS[env.task.secret.right(agent, 1, env.instance.colour(agent, 1, env.task.colours))]


@pytest.mark.parametrize("turns", [1, 2, 8, 100])
def test_only_a_perfect_episode_is_solved_and_none_ends_early(turns):
    env = relay_v0.parallel_env(max_cycles=turns)
    for spoiled in (None, 0, turns - 1):
        env.reset(seed=1)
        rewards = []
        while env.agents:
            right = (0,) if len(env.turns) == spoiled else (0, 1)
            _, reward, _, _, infos = env.step(answers(env, *right))
            rewards.append(reward["relay_0"])
        assert len(rewards) == turns
        assert rewards[:-1] == [0.0] * (turns - 1)
        assert rewards[-1] == (1.0 if spoiled is None else (2 * turns - 1) / (2 * turns))
        assert infos["relay_0"]["solved"] == (spoiled is None)


def test_one_mistake_in_the_longest_episode_shows():
    assert 1.0 - 1 / 2_000_000 < PERFECT < 1.0


def test_a_running_episode_keeps_its_number_of_turns():
    env = relay_v0.parallel_env(max_cycles=2)
    for assigned in (1, 5):
        env.max_cycles = 2
        first, _ = env.reset(seed=0)
        env.max_cycles = assigned
        assert first["relay_0"].endswith("This is turn 1 of 2.")
        second, *_ = env.step(answers(env, 0, 1))
        assert "This is turn 2 of 2." in second["relay_0"]
        assert env.step(answers(env, 0, 1))[1]["relay_0"] == 1.0
        assert env.agents == []
        assert env.max_cycles == assigned
    first, _ = env.reset(seed=0)
    assert "turn 1 of 5" in first["relay_0"]


# -- the code ---------------------------------------------------------------------------------------------------------


def test_code_is_frozen():
    """A change of these rows is another task: it needs another version."""
    assert exact.table(Code(0, 2, 4), 8).tolist() == [
        [[1, 3], [2, 0], [0, 1], [1, 2], [2, 1], [1, 0], [1, 2], [1, 2]],
        [[1, 3], [0, 2], [3, 0], [3, 2], [1, 0], [3, 0], [3, 1], [2, 3]],
    ]


def test_colours_have_symbols_of_their_own():
    for colours, symbols in itertools.product(range(2, 7), range(2, 9)):
        rows = exact.table(Code(3, colours, symbols), 20).reshape(-1, colours)
        assert all(len(set(row)) == min(colours, symbols) for row in rows.tolist())
        assert set(rows.flat) == set(range(symbols)), "every symbol is right somewhere"


def test_shared_code_is_one_mapping_and_codes_differ():
    shared = exact.table(Code(5, 3, 6, shared=True), 10)
    assert (shared == shared[:, :1]).all()
    assert (shared[:, 0] == exact.table(Code(5, 3, 6), 1)[:, 0]).all()
    assert len({exact.table(Code(seed, 2, 4), 8).tobytes() for seed in range(50)}) == 50
    assert (exact.table(Code(0, 2, 4), 3) == exact.table(Code(0, 2, 4), 8)[:, :3]).all(), "the number of turns changes nothing"


def test_colours_are_equally_likely():
    deals = Relay().tasks["train"]
    assert len(deals) == 256
    for colours in range(2, 7):
        assert LEVELS % colours == 0
        seen = [deals[i].colour(agent, turn, colours) for i in range(256) for agent in (0, 1) for turn in range(1, 65)]
        counts, mean = np.bincount(seen), len(seen) / colours
        assert np.abs(counts - mean).max() < 5 * math.sqrt(mean)


def test_deals_begin_anew_after_their_end():
    deal = parse({"colours": [[0, 1, 2], [5]]})
    assert [deal.colour(0, turn, 6) for turn in range(1, 8)] == [0, 1, 2, 0, 1, 2, 0]
    assert [deal.colour(1, turn, 2) for turn in range(1, 4)] == [1, 1, 1]


# -- prompts ----------------------------------------------------------------------------------------------------------


def test_prompts_word_for_word():
    env = relay_v0.parallel_env()
    first, _ = env.reset(seed=0, options={"task": {"colours": [[0, 1], [1, 0]]}})
    opening = (
        "You are relay_0. Each turn you see a colour and press one of A, B, C, D. "
        "Which one is right depends on you, the turn and the colour.\nAnswer with one line: press SYMBOL\n\n"
    )
    assert first["relay_0"] == opening + "Your colour: red. Right answers so far: your partner's 0.\n\nThis is turn 1 of 8."
    assert "Your colour: green." in first["relay_1"]
    said = answers(env, 1)
    second, *_ = env.step(said)
    assert second["relay_0"] == (
        f"{opening}Your answer in turn 1:\n{said['relay_0']}\n\n"
        "Your colour: green. Right answers so far: your partner's 1.\n\nThis is turn 2 of 8. Press again."
    )
    assert "Your colour: red. Right answers so far: your partner's 0." in second["relay_1"]


@pytest.mark.parametrize(
    ("gauge", "told"),
    [
        ("partner", ["your partner's 2.", "your partner's 1."]),
        ("own", ["yours 1.", "yours 2."]),
        ("both", ["yours 1, your partner's 2.", "yours 2, your partner's 1."]),
        ("first", ["yours 1, your partner's 2.", ""]),
        ("none", ["", ""]),
    ],
)
def test_gauge(gauge, told):
    env = relay_v0.parallel_env(gauge=gauge)
    env.reset(seed=0)
    env.step(answers(env, 0, 1))
    observations, *_ = env.step(answers(env, 1))
    for text, words in zip(observations.values(), told):
        assert ("Right answers so far" in text) == bool(words)
        assert (f"Right answers so far: {words}" if words else "Your colour") in text


@pytest.mark.parametrize("gauge", GAUGES)
@pytest.mark.parametrize("answer_last", [False, True])
def test_prompts_are_short_and_say_all(gauge, answer_last):
    env = relay_v0.parallel_env(gauge=gauge, answer_last=answer_last, colours=6, symbols=8, max_cycles=100)
    observations, _ = env.reset(seed=0)
    while env.agents:
        for text in observations.values():
            assert len(text) < 400
            assert f"turn {len(env.turns) + 1} of 100" in text
            assert "Your colour: " in text
            assert "press one of A, B, C, D, E, F, G, H" in text
        observations, *_ = env.step(scripted(env, "random", len(env.turns)))


@pytest.mark.parametrize("gauge", GAUGES)
def test_prompts_tell_no_more_than_the_gauge(gauge):
    """What an agent reads does not change with counts that its gauge does not show."""
    env = relay_v0.parallel_env(gauge=gauge)
    told = {}
    for right in ((), (0,), (1,), (0, 1)):
        env.reset(seed=0)
        # The answers must read the same too, so that only what the environment adds is compared.
        texts = env.step(answers(env, *right))[0]
        told[right] = [text.replace(env.turns[0].actions[agent], "") for agent, text in enumerate(texts.values())]
    for agent in (0, 1):
        shown = {"own": {agent}, "partner": {1 - agent}, "both": {0, 1}, "first": set() if agent else {0, 1}, "none": set()}[gauge]
        for one, other in itertools.combinations(told, 2):
            same = set(one) & shown == set(other) & shown
            assert (told[one][agent] == told[other][agent]) == same


@pytest.mark.parametrize("name", [name for name in MODULES if name != "relay"])
@pytest.mark.parametrize("answer_last", [False, True])
def test_other_tasks_have_no_situation_and_their_prompts_no_trace_of_it(name, answer_last):
    env = MODULES[name].parallel_env(max_cycles=3, answer_last=answer_last)
    first, _ = env.reset(seed=0)
    task, instance = env.task, env.instance
    carry = task.begin(instance, 3)
    assert [task.situation(instance, agent, 1, carry) for agent in (0, 1)] == ["", ""]
    openings = [task.opening(instance, agent) for agent in (0, 1)]
    assert list(first.values()) == [f"{opening}\n\nThis is turn 1 of 3." for opening in openings]
    second, *_ = env.step(scripted(env, "random"))
    turn = env.turns[0]
    for text, opening, said, told in zip(second.values(), openings, turn.actions, task.reviews(instance, turn.actions, turn.score)):
        told = told and told + "\n\n"
        if answer_last:
            assert text == f"This is turn 2 of 3.\n\n{told}{opening}\n\nYour answer in turn 1:\n{said}"
        else:
            assert text == f"{opening}\n\nYour answer in turn 1:\n{said}\n\n{told}This is turn 2 of 3. {task.request}"


def test_where_a_situation_stands():
    assert prompting.first("O", 1) == "O"
    assert prompting.first("O", 1, "S") == "O\n\nS"
    assert prompting.first("O", 2, "S") == "O\n\nS\n\nThis is turn 1 of 2."
    assert prompting.following("O", "A", "F", 2, 3, "R", situation="S") == (
        "O\n\nYour answer in turn 1:\nA\n\nF\n\nS\n\nThis is turn 2 of 3. R"
    )
    assert prompting.following("O", "A", "F", 2, 3, "R", True, "S") == (
        "This is turn 2 of 3.\n\nS\n\nF\n\nO\n\nYour answer in turn 1:\nA"
    )


# -- scripted teams ---------------------------------------------------------------------------------------------------


def shares_of(env, policy, episodes):
    """Returns of so many episodes of the endless split."""
    return [sum(play(env, policy, 1000 * i, split="generated", index=i)) for i in range(episodes)]


@each_setting
def test_teams_earn_what_the_page_says(setting):
    env = relay_v0.parallel_env(**setting)
    colours, symbols = env.task.colours, env.task.symbols
    assert set(shares_of(env, "silent", 20)) == {0.0}
    assert shares_of(env, "oracle", 20) == pytest.approx([1.0] * 20, abs=1e-12)
    for policy, expected in (("random", 1 / symbols), ("greedy", 1 / colours + (1 - 1 / colours) / symbols)):
        returns = shares_of(env, policy, 400)
        # Every answer of the 6,400 is right with the same chance, independently of the others.
        error = math.sqrt(expected * (1 - expected) / (400 * 16))
        assert abs(fmean(returns) - expected) < 4.5 * error, policy


def test_oracle_is_exact_with_many_turns():
    for turns in (1, 3, 64, 200):
        env = relay_v0.parallel_env(max_cycles=turns)
        assert play(env, "oracle") == perfect(env)


# -- exact values -----------------------------------------------------------------------------------------------------


@each_setting
def test_expected_returns_in_closed_form(setting):
    task = Relay(**setting)
    colours, symbols = task.colours, task.symbols
    right = exact.table(task.secret, 8)
    for known in range(colours + 1):
        policy = exact.knowing(right, symbols, known)
        expected = known / colours + (1 - known / colours) / symbols
        assert exact.expected_return(right, policy) == pytest.approx(expected, abs=1e-12)
        assert exact.shares(right, policy) == pytest.approx([expected] * 8, abs=1e-12)
    assert exact.expected_return(right, exact.knowing(right, symbols, colours)) == 1.0
    assert exact.expected_return(right, exact.knowing(right, symbols) * 0) == 0.0


def enumerated(task, turns, policy, discount, start=1, counted=(0, 0), seen=(None, None)):
    """Expected discounted rewards from a turn on: every colour and every symbol of every agent, weighed, and really scored.

    A naive tree search through the task's own ``score``. An answer that cannot be read is a branch of its own.
    """
    if start > turns:
        return 0.0
    options = []
    for agent in (0, 1):
        colours = range(task.colours) if seen[agent] is None else [seen[agent]]
        options.append(
            [
                (colour, symbol, chance / len(colours))
                for colour in colours
                for symbol, chance in enumerate([*policy[agent, start - 1, colour], 1 - policy[agent, start - 1, colour].sum()])
            ]
        )
    total = 0.0
    carry = task.begin(None, turns)._replace(played=start - 1, right=counted)
    for joint in itertools.product(*options):
        deal = parse({"colours": [[colour] for colour, _, _ in joint]})
        score = task.score(deal, [f"press {'ABCDEFGH?'[s if s < task.symbols else 8]}" for _, s, _ in joint], carry)
        later = enumerated(task, turns, policy, discount, start + 1, task.carry(carry, score).right)
        total += joint[0][2] * joint[1][2] * (score.total + discount * later)
    return total


@pytest.mark.parametrize("reward", ["sparse", "dense"])
@pytest.mark.parametrize("discount", [1.0, 0.9])
def test_values_against_enumeration(reward, discount):
    for turns, colours, symbols in ((1, 3, 4), (2, 2, 3), (3, 2, 2)):
        task = Relay(colours=colours, symbols=symbols, code=11, reward=reward)
        right, policy = exact.table(task.secret, turns), any_policy(turns, turns, colours, symbols)
        whole = enumerated(task, turns, policy, discount)
        assert exact.values(right, policy, reward, discount)[0] == pytest.approx(whole, abs=1e-12)
        assert exact.value(right, policy, 1, 0, (None, None), reward, discount) == pytest.approx(whole, abs=1e-12)
        if discount == 1.0:
            assert exact.expected_return(right, policy) == pytest.approx(whole, abs=1e-12)
        for turn in range(1, turns + 1):
            for own, seen in (((0, 0), (1, 0)), ((turn - 1, 0), (None, 1)), ((turn - 1, turn - 1), (None, None))):
                expected = enumerated(task, turns, policy, discount, turn, own, seen)
                got = exact.value(right, policy, turn, sum(own), seen, reward, discount)
                assert got == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("reward", ["sparse", "dense"])
def test_rewards_and_values_agree(reward):
    right, policy = exact.table(Code(2, 3, 5), 6), any_policy(0, 6, 3, 5)
    paid = exact.rewards(right, policy, reward)
    assert paid.sum() == pytest.approx(exact.expected_return(right, policy), abs=1e-12)
    assert exact.values(right, policy, reward) == pytest.approx([paid[turn:].sum() for turn in range(6)], abs=1e-12)


@pytest.mark.parametrize("reward", ["sparse", "dense"])
def test_expected_rewards_against_play(reward):
    """Monte Carlo through the environment: the policy's own draws, as text."""
    turns, colours, symbols, episodes = 4, 3, 4, 3_000
    env = relay_v0.parallel_env(max_cycles=turns, colours=colours, symbols=symbols, reward=reward, split="generated")
    right, policy = exact.table(env.task.secret, turns), any_policy(5, turns, colours, symbols)
    rng, paid = Random(0), np.zeros((episodes, turns))
    for episode in range(episodes):
        env.reset(seed=episode, options={"index": episode})
        for turn in range(turns):
            joint = {}
            for agent, name in enumerate(env.agents):
                row = policy[agent, turn, env.instance.colour(agent, turn + 1, colours)]
                (drawn,) = rng.choices([*SYMBOLS[:symbols], "nothing"], [*row, 1 - row.sum()])
                joint[name] = f"press {drawn}"
            paid[episode, turn] = env.step(joint)[1]["relay_0"]
    error = paid.std(axis=0) / math.sqrt(episodes)
    assert (np.abs(paid.mean(axis=0) - exact.rewards(right, policy, reward)) <= 4.5 * error).all()


def test_return_at_given_colours():
    """With the deal known the greedy team's return is a count of first colours."""
    env = relay_v0.parallel_env()
    right = exact.table(env.task.secret, 8)
    policy, deal = exact.knowing(right, 4, 1), env.task.tasks["test"][5]
    first = sum(deal.colour(agent, turn, 2) == 0 for agent in (0, 1) for turn in range(1, 9))
    expected = (first + (16 - first) / 4) / 16
    assert exact.expected_return(right, policy, deal) == pytest.approx(expected, abs=1e-12)
    assert exact.rewards(right, policy, "sparse", deal)[-1] == pytest.approx(expected, abs=1e-12)
    deals = env.task.tasks["train"]
    mean = fmean(exact.expected_return(right, policy, deals[index]) for index in range(len(deals)))
    assert mean == pytest.approx(0.625, abs=0.02)


def test_misuse_of_exact_values_is_named():
    right = exact.table(Code(0, 2, 4), 3)
    policy = exact.knowing(right, 4)
    with pytest.raises(ValueError, match=r"shape \(2, 3, 2, 'symbols'\) is needed, got \(2, 2, 2, 4\)"):
        exact.expected_return(right, policy[:, :2])
    with pytest.raises(ValueError, match="is needed"):
        exact.expected_return(right, policy[..., :2])
    for bad in (policy * 2, -policy, policy * np.nan):
        with pytest.raises(ValueError, match="must hold chances"):
            exact.expected_return(right, bad)
    with pytest.raises(ValueError, match="choose from: sparse, dense"):
        exact.rewards(right, policy, "late")
    with pytest.raises(ValueError, match=r"turn must be in 1\.\.3"):
        exact.value(right, policy, 4, 0)
    with pytest.raises(ValueError, match=r"counted must be in 0\.\.2"):
        exact.value(right, policy, 2, 3)
    with pytest.raises(ValueError, match=r"seen must be in 0\.\.1"):
        exact.value(right, policy, 2, 0, (2, 0))
    with pytest.raises(ValueError, match="seen must hold 2"):
        exact.value(right, policy, 2, 0, (1,))
    with pytest.raises(ValueError, match=r"colours must be in 0\.\.2"):
        exact.knowing(right, 4, 3)
    with pytest.raises(ValueError, match="turns must be in"):
        exact.table(Code(0, 2, 4), 0)


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_pictures():
    env = relay_v0.parallel_env(render_mode="ansi", max_cycles=2)
    env.reset(seed=0, options={"task": {"colours": [[0, 1], [1]]}})
    plain = env.task.ansi(env.instance, None, None, colour=False)
    assert plain.splitlines()[1].split() == ["relay_0", *["red", "green"] * 4]
    assert plain.splitlines()[2].split() == ["relay_1", *["green"] * 8]
    assert "\x1b" in env.render()
    right = wanted(env)
    env.step({**answers(env, 0), "relay_1": "\x1b[2J what?"})
    turn = env.turns[-1]
    shown = env.task.ansi(env.instance, turn.actions, turn.score, colour=False)
    assert "turn 1 of 2" in shown
    assert f"pressed {right[0]}  right (1 of 1 so far)" in shown
    assert f"no answer  wrong, {right[1]} was right (0 of 1 so far)" in shown
    assert "right 1 of 2, reward 0.0000" in shown
    assert "\x1b" not in shown
    assert "\x1b[2J" not in env.render()
