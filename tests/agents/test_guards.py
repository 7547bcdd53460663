"""Failure modes that are known from other trainers, and what guards against each here.

| | failure | guarded by |
|---|---|---|
| F1 | left padding without position ids | `test_local_scoring`: a row scores alone as it does among others |
| F2 | value read at the wrong end | `test_local_critic`: a history is valued alone as it is among others |
| F3 | sampler and trainer at different temperatures | `test_local_sampling`: scores reproduce the log-probabilities \
of the sampler; here: temperature, no nucleus |
| F4 | log-probabilities, mask, advantages shifted by one | `test_local_scoring`: every token is scored by the logits of the place \
before it; here: every response carries its own turn's advantage |
| F5 | masks inferred from token ids | `test_local_sampling`: an answer ends with its first end token, which counts once |
| F6 | text tokenised again | `test_local_sampling`: the ids scored are the ids sampled; here: the very objects |
| F7 | dropout in one pass | `test_local_files`: models with dropout are refused |
| F8 | targets with gradients, or of the updated critic | `test_learners`: S5, S14, critics know nothing of the episodes |
| F9 | cut taken for ended, or the reverse | `test_learners`: a cut episode bootstraps; `test_collect`: the end is a cut only; \
here: a response that was cut ends no episode |
| F10 | observations in the loss | `test_local_scoring`: logits of prompts and padding have no gradient |
| F11 | weights trained in bfloat16 | `test_local_scoring`: one step moves every weight; here: they are refused |
| F12 | groups of equal rewards move weights by momentum | here |
| F13 | tiny differences blown up by standardising | here, `test_returns`: standardise |
| F14 | length of a response changes its weight | here: log-probabilities are summed |
| F15 | stale adapter or cache after an update | `test_local_sampling`: after an update samples come from the new weights |
| F16 | agents' joint samples torn apart, or mixed | here |
| F17 | evaluation on few items, or under other rules | `test_train`: assessing is always on the same episodes and changes nothing |
| F18 | errors swallowed | here |
| F19 | ratios that differ from 1 by rounding alone | here: where one step is taken there are none |
| F20 | read-out token that varies | `test_local_critic`: values are those of a plain forward pass (one end token per segment) |
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.base import Sample, adam, step
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.learners.measures import Averages
from collm_agents.models.base import Response, Scores
from collm_agents.models.tabular import TabularTeam
from collm_agents.rollouts import trajectories
from tests.agents import tables
from tests.agents.tables import AGENTS, DealtTeam, Game, chain, given, hand_made, matrix, pays, snapshot

KINDS = (CoLLMCC, CoLLMDC, MAGRPO)


pytestmark = pytest.mark.usefixtures("one_thread")


def make(kind: Any, game: Game, model: TabularTeam | None = None, **options: Any) -> Any:
    shared = {"episodes": 3, "actor_lr": 0.1, **options}
    own: Any = MAGRPOConfig(**{"samples": 2, **shared}) if kind is MAGRPO else CoLLMConfig(**{"critic_warmup": 0, **shared})
    return kind(game, model or tables.team(game.turns + 1), own)


def noisy(turns: int = 2, **options: Any) -> Game:
    """A game whose rewards depend on what is played."""
    return Game(
        lambda played: float(played[-1]["a_0"] == "up") + len(played),
        turns=turns,
        state=tables.turns_played,
        **options,
    )


# --- F3, F6, F19: what is scored is what was sampled, as it was sampled ---


class Spy(TabularTeam):
    """A team that remembers what it was asked to score, and how."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sampled: list[Response] = []
        self.scored: list[Response] = []
        self.temperatures: set[float] = set()
        self.samplings: set[Any] = set()

    def sample(self, prompts: Any, samples: int, sampling: Any, seed: int) -> list[list[Response]]:
        self.samplings.add(sampling)
        found = super().sample(prompts, samples, sampling, seed)
        self.sampled += [each for own in found for each in own]
        return found

    def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
        self.scored += responses
        self.temperatures.add(temperature)
        return super().score(responses, temperature, entropy)


@pytest.mark.parametrize("kind", KINDS)
def test_the_very_responses_that_were_sampled_are_scored_at_their_temperature(kind: Any) -> None:
    model = tables.team(3, kind=Spy)
    # Without a baseline no response is left out for an advantage of 0.
    learner = make(kind, noisy(), model, temperature=0.7, **({"baseline": "raw"} if kind is MAGRPO else {}))
    learner.iterate()
    assert {id(response) for response in model.scored} == {id(response) for response in model.sampled}
    assert len(model.scored) == len(model.sampled), "each is used once"
    assert model.temperatures == {0.7}
    assert {(sampling.temperature, sampling.top_p, sampling.greedy) for sampling in model.samplings} == {(0.7, 1.0, False)}


def test_at_another_temperature_the_gradient_is_that_of_the_policy_that_sampled() -> None:
    """S18 through a learner: logits (1, .8, .6), rewards (0, 1, .2), T = .7; all three actions with their probabilities."""
    total = np.zeros(3)
    for action, reward in enumerate((0.0, 1.0, 0.2)):
        model = tables.team(1, ["a_0"], ("x", "y", "z"), kind=DealtTeam)
        with torch.no_grad():
            model.logits["a_0"][0] = torch.tensor((1.0, 0.8, 0.6))
        chance = float((model.logits["a_0"][0] / 0.7).softmax(0)[action].detach())
        learner = make(
            MAGRPO,
            matrix({("x",): 0.0, ("y",): 1.0, ("z",): 0.2}, agents=["a_0"]),
            model,
            samples=1,
            episodes=1,
            baseline="raw",
            temperature=0.7,
            grad_clip=1e9,
        )
        tables.record(learner)
        model.deal([action])
        assert learner.iterate()["return"] == reward
        total += chance * given(learner, "a_0")[0]
    assert_allclose(total, (-0.2301849, 0.2905137, -0.0603288), atol=1e-6)


def test_ratios_are_used_only_where_an_iteration_takes_several_steps() -> None:
    """What a sampler of other numerics said of its samples changes nothing where every sample is used once, at once."""
    for options, equal in (({}, True), ({"epochs": 2}, False), ({"minibatches": 2}, False)):
        found = []
        for wrong in (0.0, 0.1):
            learner = make(CoLLMCC, noisy(), **options)
            roots = learner.collector.collect(0, range(3), learner.plan, learner.config.sampling)
            for path in trajectories(roots):
                for turn in path:
                    for own in turn.node.responses.values():
                        own[0].log_probs[:] += wrong
            tables.record(learner)
            learner.learn(roots)
            found.append(given(learner, "a_0"))
        assert bool((found[0] == found[1]).all()) == equal


# --- F4: each response its own ---


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
def test_every_response_carries_the_advantage_of_its_own_turn_and_episode(kind: Any) -> None:
    game = chain((1.0, 10.0, 100.0), over=lambda played: played[-1]["a_0"] == "down")
    learner = make(kind, game, episodes=6, normalise_advantages="none", gae_lambda=0.0)
    caught: list[Sample] = []
    learner.improve = lambda samples: caught.extend(samples) or {}
    roots = learner.collector.collect(0, range(6), learner.plan, learner.config.sampling)
    learner.learn(roots)
    paths = trajectories(roots)
    assert {len(path) for path in paths} > {1, 3}
    expected = {id(turn.response(agent)): turn.branch.reward for path in paths for turn in path for agent in AGENTS}
    assert {id(sample.response): sample.advantage for sample in caught} == expected
    # Of six episodes of three turns at most, whatever was played of them.
    assert {sample.weight for sample in caught} == {1 / 18}


def test_tokens_of_a_response_share_its_advantage_and_are_summed() -> None:
    """F14: the gradient of a whole response, not of its mean token; entropies alone are means, lest long answers be favoured."""

    class Long(TabularTeam):
        """Every response counts as three tokens, the first response as one."""

        def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
            scores = super().score(responses, temperature, entropy)
            row = torch.tensor([0] + [number for number in range(1, len(responses)) for _ in range(3)])
            return Scores(scores.log_probs[row], None if scores.entropies is None else scores.entropies[row], row)

    model = tables.team(kind=Long)
    learner = make(MAGRPO, matrix(), model)
    one, three = (Response("a_0", np.array([0]), np.array([0] * many), np.zeros(many, np.float32), "up", True) for many in (1, 3))
    learner._loss([Sample(one, 1.0, 1.0), Sample(three, 0.0, 1.0)], Averages()).backward()
    single = model.logits["a_0"].grad.clone()
    model.logits["a_0"].grad = None
    learner._loss([Sample(one, 0.0, 1.0), Sample(three, 1.0, 1.0)], Averages()).backward()
    assert_allclose(model.logits["a_0"].grad, 3 * single)

    tables.set_policy(model, {"a_0": [1.0]})
    bonus = []
    for weights in ((1.0, 0.0), (0.0, 1.0)):
        learner = make(MAGRPO, matrix(), model, entropy_coef=0.1)
        model.logits["a_0"].grad = None
        learner._loss([Sample(each, 0.0, weight) for each, weight in zip((one, three), weights)], Averages()).backward()
        bonus.append(model.logits["a_0"].grad.clone())
    assert bonus[0].any()
    assert_allclose(bonus[0], bonus[1], rtol=1e-6)


# --- F9 ---


def test_a_response_that_was_cut_ends_no_episode_and_is_counted() -> None:
    class Cut(TabularTeam):
        def _response(self, *arguments: Any) -> Response:
            whole = super()._response(*arguments)
            return Response(whole.agent, whole.prompt_ids, whole.ids, whole.log_probs, whole.text, ended=False)

    learner = make(CoLLMCC, noisy(3), tables.team(4, kind=Cut))
    metrics = learner.iterate()
    assert metrics["cut_share"] == 1
    assert metrics["turns"] == 3
    assert all(len(lesson.targets) == 3 for lesson in tables.lessons(learner))


# --- F11 ---


def test_weights_in_bfloat16_are_refused() -> None:
    with pytest.raises(TypeError, match="float32"):
        adam([torch.nn.Parameter(torch.zeros(2, dtype=torch.bfloat16))], 0.1)
    [group] = adam([torch.nn.Parameter(torch.zeros(2))], 0.1).param_groups
    assert (group["betas"], group["weight_decay"]) == ((0.9, 0.999), 0.0)


# --- F12, F13: nothing to learn ---


@pytest.mark.parametrize("kind", KINDS)
def test_equal_rewards_move_no_weight_to_the_last_bit_even_where_there_is_momentum(kind: Any) -> None:
    learner = make(kind, noisy(1))
    for _ in range(3):
        learner.iterate()
    assert all(learner.optimisers[agent].state for agent in AGENTS), "there is momentum"
    before, states = snapshot(learner.model), copy.deepcopy([learner.optimisers[agent].state_dict() for agent in AGENTS])
    learner.collector.env = Game(pays(0.1), turns=1, state=tables.turns_played)
    if kind is not MAGRPO:
        # A critic that is still wrong by the same amount everywhere says nothing either.
        learner._fit = lambda *_: None
    metrics = learner.iterate()
    assert metrics["dead_share"] == 1
    assert "grad_norm" not in metrics
    for agent in AGENTS:
        assert_array_equal(snapshot(learner.model)[agent], before[agent])
    for agent, state in zip(AGENTS, states):
        assert repr(learner.optimisers[agent].state_dict()) == repr(state)


@pytest.mark.parametrize("kind", [CoLLMCC, MAGRPO])
def test_without_any_response_nothing_moves_and_nothing_is_measured(kind: Any) -> None:
    learner = make(kind, noisy(1))
    before = snapshot(learner.model)
    assert learner.improve([]) == {}
    for agent in AGENTS:
        assert_array_equal(snapshot(learner.model)[agent], before[agent])


def test_an_agent_without_anything_to_learn_stands_still_while_others_move() -> None:
    learner = make(MAGRPO, matrix({(a, b): float(a == "up") for a in tables.ACTIONS for b in tables.ACTIONS}), joint="cross")
    learner.iterate()
    before = snapshot(learner.model)
    metrics = learner.iterate()
    assert 0.4 < metrics["dead_share"] < 1
    assert_array_equal(snapshot(learner.model)["a_1"], before["a_1"])
    assert (snapshot(learner.model)["a_0"] != before["a_0"]).any()


def test_differences_in_the_last_digits_stay_small_though_they_are_standardised() -> None:
    """What is divided by is .01 at least."""
    game = Game(lambda played: 0.5 + 1e-6 * (played[-1]["a_0"] == "up"))
    learner = make(MAGRPO, game, episodes=8, normalise_advantages="group")
    assert 0 < learner.iterate()["advantage_std"] < 1e-4
    learner = make(CoLLMCC, game, episodes=8)
    # The first values are 0: what is left after the mean is taken away is as small.
    assert learner._normalised(np.array([[0.5], [0.5 + 1e-6]]), np.array([[True], [True]])).max() < 1e-4


# --- F16: agents ---


@pytest.mark.parametrize("kind", KINDS)
def test_all_agents_learn_from_the_same_joint_samples_drawn_before_anyone_moved(kind: Any) -> None:
    """What a_1 is given does not depend on the size of the step that a_0 takes."""
    found = []
    for lr in (1e-6, 1.0):
        learner = make(kind, noisy(), minibatches=1)
        for group in learner.optimisers["a_0"].param_groups:
            group["lr"] = lr
        learner.iterate()
        found.append(snapshot(learner.model)["a_1"])
    assert_array_equal(*found)


def test_agents_that_are_paid_differently_are_not_standardised_together() -> None:
    """By a divergence of its own, say: each agent's advantages have mean 0 and deviation 1."""
    for kind in (CoLLMCC, MAGRPO):
        caught: list[Sample] = []
        model = tables.team(3)
        tables.set_policy(model, {"a_0": [2.0, 2.0, 2.0]})
        learner = make(kind, noisy(), model, episodes=8, kl_coef=5.0, normalise_advantages="batch")
        learner.improve = lambda samples, caught=caught: caught.extend(samples) or {}
        learner.iterate()
        for agent in AGENTS:
            own = [sample.advantage for sample in caught if sample.response.agent == agent]
            assert np.mean(own) == pytest.approx(0, abs=1e-9)
            assert np.std(own) == pytest.approx(1)


def test_turns_after_an_agent_left_do_not_count_among_its_advantages() -> None:
    game = chain((1.0, 5.0, 50.0), leave={"a_0": 1}, cues=9)
    for kind in (CoLLMCC, CoLLMDC):
        caught: list[Sample] = []
        learner = make(kind, game, episodes=4, gae_lambda=0.0)
        learner.improve = lambda samples, caught=caught: caught.extend(samples) or {}
        learner.iterate()
        # All of a_0's turns were paid the same.
        assert {sample.advantage for sample in caught if sample.response.agent == "a_0"} == {0.0}
        assert len({sample.advantage for sample in caught if sample.response.agent == "a_1"}) == 3
        assert sum(sample.weight for sample in caught if sample.response.agent == "a_0") == pytest.approx(1 / 3)


# --- F18: errors are heard ---


class Broken(TabularTeam):
    """A team whose scores of one agent are no numbers, in the iteration that is told."""

    broken = ""

    def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
        scores = super().score(responses, temperature, entropy)
        factor = torch.tensor([math.nan if response.agent == self.broken else 1.0 for response in responses])
        return scores._replace(log_probs=scores.log_probs * factor)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("broken", AGENTS)
def test_a_gradient_that_is_no_number_raises_and_nobody_takes_the_step(kind: Any, broken: str) -> None:
    model = tables.team(3, kind=Broken)
    learner = make(kind, noisy(), model)
    learner.iterate()
    before, states = snapshot(model), repr([learner.optimisers[agent].state_dict() for agent in AGENTS])
    model.broken = broken
    with pytest.raises(FloatingPointError, match=f"the gradient of {broken} is not finite"):
        learner.iterate()
    for agent in AGENTS:
        assert_array_equal(snapshot(model)[agent], before[agent])
        assert model.logits[agent].grad is None, "nothing is left that a later step would take"
    assert repr([learner.optimisers[agent].state_dict() for agent in AGENTS]) == states
    model.broken = ""
    learner.iterate()


def test_a_critics_gradient_that_is_no_number_raises() -> None:
    learner = hand_made(CoLLMCC)
    regression = learner._regression
    learner._regression = lambda *arguments: regression(*arguments) * math.inf
    before = learner.critics["team"].state()["weights"]
    with pytest.raises(FloatingPointError, match="critic team"):
        learner.iterate()
    assert_array_equal(learner.critics["team"].weights.detach(), before)


def test_values_that_are_no_numbers_raise_before_anything_is_learnt() -> None:
    learner = hand_made(CoLLMDC)
    with torch.no_grad():
        learner.critics["a_1"].weights[:] = math.nan
    with pytest.raises(ValueError, match="values must be finite"):
        learner.iterate()


def test_gradients_are_clipped_by_agent_and_their_norm_is_told_as_it_was() -> None:
    parameters = {name: torch.nn.Parameter(torch.zeros(2)) for name in ("large", "small")}
    optimisers = {name: torch.optim.SGD([parameter], lr=1.0) for name, parameter in parameters.items()}
    parameters["large"].grad, parameters["small"].grad = torch.tensor((3.0, 4.0)), torch.tensor((0.3, 0.4))
    assert step(optimisers, 1.0) == pytest.approx([5.0, 0.5])
    assert_allclose(parameters["large"].detach(), (-0.6, -0.8), atol=1e-5)
    assert_allclose(parameters["small"].detach(), (-0.3, -0.4), atol=1e-6)
    assert all(parameter.grad is None for parameter in parameters.values())


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_that_was_not_there_at_all_learns_nothing_and_disturbs_nobody(kind: Any) -> None:
    class Without(Game):
        def reset(self, *arguments: Any, **options: Any) -> Any:
            super().reset(*arguments, **options)
            self.agents = ["a_1"]
            return self._see(), {"a_1": {}}

        def __deepcopy__(self, memo: dict[int, Any]) -> Game:
            other = object.__new__(Without)
            other.__dict__.update(self.__dict__)
            return other

    game = Without(lambda played: float(played[-1]["a_1"] == "up"), turns=2, state=tables.turns_played)
    learner = make(kind, game)
    before = snapshot(learner.model)
    metrics = [learner.iterate() for _ in range(3)]
    assert all(np.isfinite(list(row.values())).all() for row in metrics)
    assert_array_equal(snapshot(learner.model)["a_0"], before["a_0"])
    assert (snapshot(learner.model)["a_1"] != before["a_1"]).any()
