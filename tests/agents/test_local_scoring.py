"""What a local team scores: log-probabilities token by token, and gradients to exactly the agents that spoke."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

import collm_agents.models.scoring as scoring
from collm_agents.models.backbone import Voice
from collm_agents.models.base import Prompt, Response, Sampling, by_response
from collm_agents.models.scoring import Passage, score
from tests.agents.lm import make_model, make_team, make_tokenizer, naive_agent, naive_log_probs, stir_weights

CPU = torch.device("cpu")

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    # peft asks transformers by a name that is going out of use.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


def response(agent: str, prompt: list[int], ids: list[int]) -> Response:
    return Response(agent, np.array(prompt), np.array(ids), np.zeros(len(ids), np.float32), "", True)


def ragged(agents: tuple[str, ...] = ("reader_0", "reader_1"), pad: int = 0, end: int = 2) -> list[Response]:
    """Answers of all lengths, of prompts of all lengths, some of which are shared; pad and end tokens inside."""
    numbers = np.random.default_rng(0)
    prompts = [numbers.integers(4, 300, length).tolist() for length in (1, 2, 30, 17, 5)]
    made = []
    for number, length in enumerate((1, 9, 3, 25, 1, 2, 14, 6)):
        ids = numbers.integers(4, 300, length).tolist()
        ids[length // 2] = pad
        made.append(response(agents[number % len(agents)], prompts[number % 5], [*ids[:-1], end]))
    for number in range(8):  # one prompt, eight answers
        made.append(response(agents[number % 2], prompts[2], numbers.integers(0, 300, 3 + number).tolist()))
    return made


def fixed(table: torch.Tensor) -> Voice:
    """A model whose hidden states are its logits: those of the table, position by position."""

    def decoder(input_ids: torch.Tensor, **_: Any) -> Any:
        return SimpleNamespace(last_hidden_state=table[: input_ids.shape[0], : input_ids.shape[1]])

    return Voice(decoder, lambda hidden: hidden, None)


def read(table: torch.Tensor, passages: list[Passage], temperature: float = 1.0) -> torch.Tensor:
    config = SimpleNamespace(vocab_size=table.shape[-1])
    return score(fixed(table), config, passages, temperature, False, CPU, lambda: (None, None), share=False)[0]


def test_every_token_is_scored_by_the_logits_of_the_place_before_it() -> None:
    """S7; without its last token the sum would be -.577452."""
    table = torch.tensor([[[1.0, 2, 0], [0, 1, 3], [2, 0, 1], [0.5, 0.5, 0]]])
    log_probs = read(table, [Passage(np.array([0, 1]), np.array([2, 0, 1]), None)])
    np.testing.assert_allclose(log_probs, [-0.169846, -0.407606, -0.958020], atol=1e-6)
    assert float(log_probs.sum()) == pytest.approx(-1.535472, abs=1e-6)


def test_the_gradient_of_a_bandit_is_that_of_the_policy_that_samples() -> None:
    """S18: temperature .7, rewards (0, 1, .2), logits (1, .8, .6); a score at temperature 1 would give (-.1499, .2017, -.0517)."""
    logits = torch.tensor([1.0, 0.8, 0.6], requires_grad=True)
    passages = [Passage(np.array([0]), np.array([action]), None) for action in range(3)]
    log_probs = read(logits.expand(3, 1, 3), passages, 0.7)
    for baseline in (0.0, 0.4):
        weights = log_probs.detach().exp() * (torch.tensor([0.0, 1.0, 0.2]) - baseline)
        (gradient,) = torch.autograd.grad((weights * log_probs).sum(), logits, retain_graph=True)
        np.testing.assert_allclose(gradient, [-0.2301849, 0.2905137, -0.0603288], atol=1e-6)


def test_logits_of_prompts_and_padding_have_no_gradient() -> None:
    """S12: gradients only where a token of the answer was predicted."""
    table = torch.randn(2, 6, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    read(
        table, [Passage(np.array([1, 2, 3]), np.array([4, 0, 1, 2]), None), Passage(np.array([1]), np.array([4, 2]), None)]
    ).sum().backward()
    assert table.grad is not None
    assert (table.grad.abs().sum(-1) > 0).tolist() == [
        [False, False, True, True, True, True],
        [True, True, False, False, False, False],
    ]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mixed": True},
        {"generation_batch": 2},
        {"gradient_checkpointing": True},
        {"gradient_checkpointing": True, "mixed": True},
    ],
    ids=["shared prompts", "mixed", "small batches", "checkpointing", "checkpointing mixed"],
)
@pytest.mark.parametrize("chunk", [None, 320 * 7], ids=["whole", "chunked"])
def test_gradients_are_the_sum_of_those_of_single_rows_in_a_plain_forward_pass(
    base: Path, tmp_path: Path, options: dict[str, Any], chunk: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: against peft and transformers alone, row by row; relative 1e-5. Ragged, permuted, with shared prompts."""
    if chunk is not None:
        monkeypatch.setattr(scoring, "_LOGITS", chunk)
    team = make_team(base, **options)
    responses = ragged()
    passages = [Passage(answer.prompt_ids, answer.ids, None) for answer in responses if answer.agent == "reader_0"]
    assert scoring._repeats(team._backbone("reader_0").config, passages)
    weights = torch.linspace(-1, 2, len(responses))
    scores = team.score(responses, 0.8, entropy=True)
    assert scores.entropies is not None
    total = (by_response(scores.log_probs, scores.row, len(responses)) * weights).sum() + 0.1 * scores.entropies.sum()
    # Somebody else may be active when the backward pass comes.
    team.score(responses[:1], 1.0)
    total.backward()
    for agent in team.agents:
        model = naive_agent(team, agent, base, tmp_path / agent)
        for number, answer in enumerate(responses):
            if answer.agent == agent:
                scaled = (
                    model(input_ids=torch.as_tensor([*answer.prompt_ids, *answer.ids[:-1]])[None]).logits[0] / 0.8
                ).log_softmax(-1)
                entropies = -(scaled.exp() * scaled).sum(-1)[len(answer.prompt_ids) - 1 :]
                (naive_log_probs(model, answer, 0.8).sum() * weights[number] + 0.1 * entropies.sum()).backward()
        theirs = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        ours = [parameter.grad for parameter in team.parameters(agent)]
        assert len(ours) == len(theirs) == 28
        for mine, naive in zip(ours, theirs):
            assert mine is not None
            assert float((mine - naive).norm()) <= 1e-5 * float(naive.norm())


def test_whole_models_get_the_same_gradients_as_in_a_plain_forward_pass(base: Path) -> None:
    """S13 with lora_rank=0."""
    team = make_team(base, lora_rank=0, stir=0.0)
    responses = ragged()
    team.score(responses, 1.0).log_probs.sum().backward()
    for agent in team.agents:
        model = AutoModelForCausalLM.from_pretrained(base)
        for answer in responses:
            if answer.agent == agent:
                naive_log_probs(model, answer).sum().backward()
        for mine, naive in zip(team.parameters(agent), model.parameters(), strict=True):
            assert mine.grad is not None
            assert naive.grad is not None
            assert float((mine.grad - naive.grad).norm()) <= 1e-5 * float(naive.grad.norm())


@pytest.mark.parametrize("pad_is_end", [False, True])
@pytest.mark.parametrize("options", [{}, {"mixed": True}, {"generation_batch": 3}], ids=["adapters", "mixed", "small batches"])
def test_a_row_scores_alone_as_it_does_among_others(tmp_path: Path, options: dict[str, Any], pad_is_end: bool) -> None:
    """S10, F1, F2, F5: ragged rows, any order, pad and end tokens inside answers, pad == eos or not."""
    tokenizer = make_tokenizer(pad_is_end=pad_is_end)
    team = make_team(make_model(tmp_path, tokenizer=tokenizer), **options)
    responses = ragged(pad=tokenizer.pad_token_id, end=tokenizer.eos_token_id)
    with torch.no_grad():
        together = team.score(responses, 1.0, entropy=True)
        backwards = team.score(responses[::-1], 1.0)
        for number, answer in enumerate(responses):
            alone = team.score([answer], 1.0, entropy=True)
            assert len(alone.log_probs) == len(answer.ids)
            np.testing.assert_allclose(together.log_probs[together.row == number], alone.log_probs, atol=1e-5)
            np.testing.assert_allclose(together.entropies[together.row == number], alone.entropies, atol=1e-5)  # type: ignore[index]
            np.testing.assert_allclose(
                backwards.log_probs[backwards.row == len(responses) - 1 - number], alone.log_probs, atol=1e-5
            )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_new_team_is_its_base_to_the_last_bit(tmp_path: Path, dtype: torch.dtype) -> None:
    """S9: B = 0. The base's own logits agree too."""
    folder = make_model(tmp_path, dtype=dtype)
    team = make_team(folder, stir=0.0)
    responses = ragged()
    with torch.no_grad():
        scores = team.score(responses, 1.0)
    assert torch.equal(scores.log_probs, team.reference(responses, 1.0).log_probs)
    assert scores.log_probs.dtype == torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder)
    naive = torch.cat([naive_log_probs(model, answer) for answer in responses]).detach()
    np.testing.assert_allclose(scores.log_probs, naive, atol=1e-5 if dtype == torch.float32 else 0.2)


@pytest.mark.parametrize("options", [{}, {"mixed": True}, {"lora_rank": 0}], ids=["adapters", "mixed", "full"])
def test_a_step_of_one_agent_moves_it_alone_and_never_the_reference(base: Path, options: dict[str, Any]) -> None:
    """S9, S14: the others, critics and the base stay as they were to the last bit."""
    team = make_team(base, **options)
    responses = ragged()
    critics = [team.make_critic(name) for name in ("team", "reader_0", "reader_1")]
    for number, critic in enumerate(critics):
        stir_weights(critic.parameters(), 0.05, number)
    histories = [("press red", "wait"), ("the lights are out",)]

    def look() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        with torch.no_grad():
            own = [team.score([a for a in responses if a.agent == agent], 1.0).log_probs for agent in team.agents]
            values = [value for critic in critics for value in critic.values(histories, None)]
        return *own, team.reference(responses, 1.0).log_probs, values  # type: ignore[return-value]

    first, second, reference, values = look()
    team.score([a for a in responses if a.agent == "reader_0"], 1.0).log_probs.sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in team.parameters("reader_0"))
    assert all(parameter.grad is None for parameter in team.parameters("reader_1"))
    assert all(parameter.grad is None for critic in critics for parameter in critic.parameters())
    torch.optim.SGD(team.parameters("reader_0"), lr=0.01).step()
    after = look()
    assert (after[0] - first).abs().max() > 1e-3
    assert torch.equal(after[1], second)
    assert torch.equal(after[2], reference)
    assert all(torch.equal(new, old) for new, old in zip(after[3], values, strict=True))


@pytest.mark.parametrize("options", [{}, {"mixed": True}], ids=["adapters", "mixed"])
def test_gradients_reach_an_agent_though_others_were_active_in_between(base: Path, options: dict[str, Any]) -> None:
    """F15: switching adapters freezes nothing that a pass before still needs."""
    team = make_team(base, **options)
    critic = team.make_critic("team")
    responses = ragged()
    scores = [team.score([answer], 1.0).log_probs.sum() for answer in responses[:2]]
    team.reference(responses, 1.0)
    critic.values([("press red",)], None)
    team.sample([Prompt("reader_1", "wait", ())], 1, Sampling(1.0, 3), 0)
    sum(scores).backward()  # type: ignore[union-attr]
    for agent in team.agents:
        assert all(parameter.grad is not None and parameter.grad.any() for parameter in team.parameters(agent))


def test_one_step_of_the_size_of_a_learning_rate_moves_every_weight_on_a_bfloat16_base(tmp_path: Path) -> None:
    """S19: what is trained is float32; in bfloat16 some 8 % would move."""
    team = make_team(make_model(tmp_path, dtype=torch.bfloat16))
    critic = team.make_critic("team")
    for weight in [*team.parameters("reader_0"), *critic.parameters()]:
        assert weight.dtype == torch.float32
        before = weight.detach().clone()
        with torch.no_grad():
            weight -= 5e-6
        assert bool((weight != before).all())
    answers = [a for group in team.sample([Prompt("reader_0", "wait", ())], 3, Sampling(1.0, 10), 0) for a in group]
    np.testing.assert_allclose(
        team.score(answers, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=0.2
    )


def test_only_what_is_scored_with_gradients_counts_as_trained(base: Path) -> None:
    team = make_team(base)
    responses = ragged()
    team.reference(responses, 1.0)
    with torch.no_grad():
        team.score(responses, 1.0)
    assert team.tokens.trained == 0
    team.score(responses[:3], 1.0)
    assert team.tokens.trained == sum(len(answer.ids) for answer in responses[:3])


def test_scores_need_responses_of_the_team_at_a_temperature_above_zero(base: Path) -> None:
    team = make_team(base)
    with pytest.raises(ValueError, match="at least one response"):
        team.score([], 1.0)
    with pytest.raises(ValueError, match="temperature must be above 0, got 0"):
        team.score(ragged(), 0)
    with pytest.raises(ValueError, match="unknown agents"):
        team.score([response("nobody", [1], [2])], 1.0)
