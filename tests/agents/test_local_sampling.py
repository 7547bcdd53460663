"""What a local team samples: numbers by key, ends, cuts, prompts read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache, Gemma2Config, Gemma2ForCausalLM

import collm_agents.models.generation as generation
from collm_agents.models.base import Prompt, Response, Sampling
from collm_agents.models.generation import draw, generate
from tests.agents.lm import make_model, make_team, make_tokenizer

pytestmark = pytest.mark.usefixtures("one_thread")

AGENTS = ("reader_0", "reader_1")
PROMPTS = [
    Prompt("reader_0", "press red", (1, 0)),
    Prompt("reader_1", "The lights are out. Two panels, seven turns left.", (1, 1)),
    Prompt("reader_0", "wait", (1, 2)),
    Prompt("reader_1", "press red\npress blue\n/setblock 0 1 0", (1, 3)),
]


def make_windowed(folder: Path) -> Path:
    """A Gemma 2, half of whose layers see no more than 8 tokens."""
    tokenizer = make_tokenizer()
    config = Gemma2Config(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=256, sliding_window=8, final_logit_softcapping=2.0,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None, initializer_range=0.2,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        Gemma2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def flat(answers: list[list[Response]]) -> list[Response]:
    return [response for group in answers for response in group]


def ids(answers: list[list[Response]]) -> list[list[int]]:
    return [response.ids.tolist() for response in flat(answers)]


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize(
    "options",
    [{}, {"mixed": True}, {"lora_rank": 0}, {"generation_batch": 3}, {"gradient_checkpointing": True}],
    ids=["adapters", "mixed", "full", "small batches", "checkpointing"],
)
def test_scores_reproduce_the_log_probabilities_of_the_sampler(base: Path, options: dict[str, Any], temperature: float) -> None:
    """S11, F3, F4: ratio 1 at the sampler's temperature, every token scored once, ragged prompts and answers."""
    team = make_team(base, **options)
    answers = flat(team.sample(PROMPTS, 3, Sampling(temperature, 24), 5))
    assert len({len(answer.ids) for answer in answers}) > 1
    scores = team.score(answers, temperature)
    np.testing.assert_allclose(scores.log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=1e-4)
    assert scores.row.tolist() == [row for row, answer in enumerate(answers) for _ in answer.ids]


def test_with_a_nucleus_the_sampled_log_probabilities_stay_those_of_the_whole_distribution(base: Path) -> None:
    """S11: what top_p keeps is drawn with p / kept mass; the log-probabilities kept are log p, so that they differ by log(mass)."""
    team = make_team(base)
    (answer,) = flat(team.sample(PROMPTS[:1], 1, Sampling(1.0, 12, top_p=0.5), 5))
    np.testing.assert_allclose(team.score([answer], 1.0).log_probs.detach(), answer.log_probs, atol=1e-4)
    logits = torch.tensor([[1.0, 0.8, 0.6]])
    token, log_prob = draw(logits, torch.tensor([0.1], dtype=torch.float64), Sampling(0.6, 1, top_p=0.6))
    kept = float((logits / 0.6).softmax(-1)[0, :2].sum())
    assert token.item() == 0
    assert float(log_prob) == pytest.approx(np.log(0.5825702) + np.log(kept), abs=1e-6)


@pytest.mark.parametrize(("logits", "shares"), [((2, 1, 0), (1, 0, 0)), ((1, 0.8, 0.6), (0.5825702, 0.4174298, 0))])
def test_nucleus_sampling_draws_with_the_shares_that_are_left(logits: tuple[float, ...], shares: tuple[float, ...]) -> None:
    """S18: temperature .6, top_p .6. The chances run evenly through [0, 1), so that shares are exact to one in their number."""
    count = 20_000
    chance = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    tokens, _ = draw(torch.tensor([logits], dtype=torch.float32).expand(count, 3), chance, Sampling(0.6, 1, top_p=0.6))
    np.testing.assert_allclose(np.bincount(tokens, minlength=3) / count, shares, atol=1 / count)


def test_draws_are_distributed_as_the_model_says_and_never_take_a_token_of_probability_zero() -> None:
    logits = torch.tensor([[-np.inf, 1.0, -np.inf, 0.0, -np.inf]], dtype=torch.float32)
    chance = torch.tensor([0.0, 0.25, 0.73, 0.74, 1 - 2.0**-52], dtype=torch.float64)  # e / (e + 1) = .7311
    tokens, log_probs = draw(logits.expand(5, 5), chance, Sampling(1.0, 1))
    assert tokens.tolist() == [1, 1, 1, 3, 3]
    np.testing.assert_allclose(log_probs, np.log([0.7310586, 0.7310586, 0.7310586, 0.2689414, 0.2689414]), atol=1e-6)


def test_greedy_takes_the_likeliest_token_of_a_plain_forward_pass(base: Path) -> None:
    team = make_team(base, stir=0.0)
    (answer,) = flat(team.sample(PROMPTS[:1], 1, Sampling(1.0, 8, greedy=True), 5))
    model = AutoModelForCausalLM.from_pretrained(base)
    row = answer.prompt_ids.tolist()
    for token in answer.ids.tolist():
        assert token == int(model(input_ids=torch.tensor([row])).logits[0, -1].argmax())
        row.append(token)


def test_what_is_sampled_depends_on_seed_and_key_alone(base: Path) -> None:
    """S16, S10: alone or in company, in any order, in batches of any size, by itself or as the first of four."""
    sampling = Sampling(1.0, 20)
    together = make_team(base).sample(PROMPTS, 4, sampling, 5)
    assert ids(make_team(base, generation_batch=2).sample(PROMPTS, 4, sampling, 5)) == ids(together)
    assert ids(make_team(base, mixed=True).sample(PROMPTS, 4, sampling, 5)) == ids(together)
    assert ids(make_team(base).sample(PROMPTS[::-1], 4, sampling, 5)[::-1]) == ids(together)
    for prompt, group in zip(PROMPTS, together):
        assert ids(make_team(base).sample([prompt], 1, sampling, 5)) == [group[0].ids.tolist()]
    assert len({tuple(row) for row in ids(together)}) == 16
    assert ids(make_team(base).sample(PROMPTS, 4, sampling, 6)) != ids(together)


def test_sampling_leaves_the_global_random_numbers_alone(base: Path) -> None:
    before = torch.get_rng_state()
    team = make_team(base)
    team.sample(PROMPTS, 2, Sampling(1.0, 5), 5)
    team.make_critic("team")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_prompt_is_read_once_however_many_samples_and_askers_it_has(base: Path) -> None:
    """S13: shared prefill equals separate passes (the answers are those of the prompts asked apart)."""
    same = [Prompt("reader_0", "press red", (key,)) for key in range(5)]
    team = make_team(base)
    answers = team.sample(same, 3, Sampling(1.0, 10), 5)
    assert team.tokens.prefilled == len(answers[0][0].prompt_ids)
    assert team.tokens.generated == sum(map(len, ids(answers)))
    apart = [make_team(base).sample([prompt], 3, Sampling(1.0, 10), 5)[0] for prompt in same]
    assert ids(answers) == ids(apart)


@pytest.mark.parametrize("pad_is_end", [False, True])
def test_an_answer_ends_with_its_first_end_token_which_counts_once(tmp_path: Path, pad_is_end: bool) -> None:
    """S12, F5: forced ends at step k give k + 1 tokens; the others are cut at the limit and say so; pad == eos changes nothing."""
    folder = make_model(tmp_path, tokenizer=make_tokenizer(pad_is_end=pad_is_end))
    team = make_team(folder)
    backbone = team._backbone("reader_0")
    prompts = [backbone.rendering.prompt(prompt.text, 30) for prompt in PROMPTS[:3]]
    numbers = np.random.default_rng(0).random((3, 30))

    def run(ends: tuple[int, ...]) -> list[Any]:
        sampling, voice = Sampling(1.0, 30), backbone.voice("agent0")
        return generate(voice, backbone.config, prompts, range(3), numbers, sampling, ends, backbone.device)

    free = [done.ids.tolist() for done in run(())]
    ends = (free[0][4], free[1][11])
    for whole, done in zip(free, run(ends)):
        stops = [step for step, token in enumerate(whole) if token in ends]
        assert done.ids.tolist() == (whole[: stops[0] + 1] if stops else whole)
        assert done.ended == bool(stops)
        assert len(done.log_probs) == len(done.ids)


def test_all_end_tokens_of_model_and_tokenizer_end_an_answer_and_none_is_in_its_text(base: Path) -> None:
    """F5: the model's generation settings name a second end token; the text has no special token."""
    team = make_team(base)
    tokenizer = AutoTokenizer.from_pretrained(base)
    ends = {tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|stop|>")}
    answers = flat(team.sample(PROMPTS, 40, Sampling(1.5, 40), 5))
    assert {int(a.ids[-1]) for a in answers if a.ended} == ends
    for answer in answers:
        assert ends.isdisjoint(answer.ids[:-1].tolist())
        assert answer.ended == (int(answer.ids[-1]) in ends)
        assert answer.ended or len(answer.ids) == 40
        assert "<|" not in answer.text


def test_the_ids_scored_are_the_ids_sampled_not_those_of_the_text(base: Path) -> None:
    """F6: sampled ids are seldom those that the tokenizer would make of the text."""
    team = make_team(base)
    answers = flat(team.sample(PROMPTS, 4, Sampling(1.0, 20), 5))
    tokenizer = AutoTokenizer.from_pretrained(base)
    drifted = [a for a in answers if tokenizer(a.text, add_special_tokens=False)["input_ids"] != a.ids.tolist()]
    assert len(drifted) > len(answers) / 2
    np.testing.assert_allclose(
        team.score(drifted, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in drifted]), atol=1e-4
    )


def test_every_turn_is_rendered_through_the_same_template(base: Path) -> None:
    """Q9: whatever the observation looks like; thinking is off."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    team = make_team(base)
    for text in ("press red", "Turn 2.\n\nYou said: press red\n"):
        (answer,) = flat(team.sample([Prompt("reader_0", text, ())], 1, Sampling(1.0, 2), 5))
        rendered = f"<|start|>user\n{text}<|end|>\n<|start|>assistant\n<no_think>"
        assert tokenizer.decode(answer.prompt_ids.tolist()) == rendered


def test_without_a_template_prompts_are_plain_text_of_at_least_one_token(tmp_path: Path) -> None:
    """Prompts and answers of one token each."""
    team = make_team(make_model(tmp_path, tokenizer=make_tokenizer(template=False)))
    answers = flat(
        team.sample([Prompt("reader_0", text, (n,)) for n, text in enumerate(("w", "", "press red"))], 2, Sampling(1, 1), 5)
    )
    assert [len(answer.prompt_ids) for answer in answers[:4]] == [1, 1, 1, 1]
    assert [len(answer.ids) for answer in answers] == [1] * 6
    np.testing.assert_allclose(
        team.score(answers, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=1e-4
    )


def test_a_prompt_beyond_the_context_raises_with_both_sizes_or_loses_its_beginning(base: Path) -> None:
    text = "press red\n" * 100
    with pytest.raises(ValueError, match=r"a prompt of \d{3} tokens and 20 new ones exceed the context of .*, 256 tokens"):
        make_team(base).sample([Prompt("reader_0", text, ())], 1, Sampling(1, 20), 5)
    (answer,) = flat(make_team(base, max_prompt_tokens=100).sample([Prompt("reader_0", text, ())], 1, Sampling(1, 20), 5))
    assert len(answer.prompt_ids) == 100
    assert AutoTokenizer.from_pretrained(base).decode(answer.prompt_ids.tolist()).endswith("<|start|>assistant\n<no_think>")


@pytest.mark.parametrize("options", [{}, {"mixed": True}, {"lora_rank": 0}], ids=["adapters", "mixed", "full"])
def test_after_an_update_samples_come_from_the_new_weights(base: Path, options: dict[str, Any]) -> None:
    """F15: no stale product of weights, no stale cache; and nothing of one agent reaches the other."""
    team = make_team(base, **options)
    old = team.sample(PROMPTS, 2, Sampling(1.0, 10), 5)
    assert ids(team.sample(PROMPTS[:1], 2, Sampling(1.0, 10), 5)) == ids(old[:1])
    optimiser = torch.optim.SGD(team.parameters("reader_0"), lr=0.5)
    team.score(old[0], 1.0).log_probs.mean().backward()
    optimiser.step()
    new = team.sample(PROMPTS, 2, Sampling(1.0, 10), 5)
    answers = flat(new)
    np.testing.assert_allclose(
        team.score(answers, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=1e-4
    )
    assert ids(old[0:1]) != ids(new[0:1])
    for number in (1, 3):
        assert ids(old[number : number + 1]) == ids(new[number : number + 1])


@pytest.mark.parametrize("family", ["sliding windows", "soft caps"])
def test_models_with_windows_and_caps_are_sampled_as_they_are_scored(tmp_path: Path, family: str) -> None:
    """Ragged prompts longer and shorter than the window; logits that are capped after the head."""
    if family == "sliding windows":
        make_model(tmp_path, use_sliding_window=True, sliding_window=8, max_window_layers=1)
        options: dict[str, Any] = {}
    else:
        make_windowed(tmp_path)
        options = {"model_options": {"attn_implementation": "eager"}}
    team = make_team(tmp_path, **options)
    answers = flat(team.sample(PROMPTS, 3, Sampling(1.0, 24), 5))
    np.testing.assert_allclose(
        team.score(answers, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=1e-4
    )
    for prompt, group in zip(PROMPTS, [answers[start : start + 3] for start in range(0, 12, 3)]):
        assert ids(team.sample([prompt], 3, Sampling(1.0, 24), 5)) == [answer.ids.tolist() for answer in group]


def test_agents_of_different_models_speak_in_their_own_tokens(base: Path, tmp_path: Path) -> None:
    """Heterogeneous teams: two bases, two vocabularies."""
    other = make_model(tmp_path, tokenizer=make_tokenizer(vocabulary=280), hidden_size=24, seed=3)
    team = make_team({"reader_0": base, "reader_1": other})  # type: ignore[arg-type]
    answers = flat(team.sample(PROMPTS, 3, Sampling(1.0, 16), 5))
    assert max(int(a.ids.max()) for a in answers if a.agent == "reader_1") < 280
    assert max(int(a.ids.max()) for a in answers if a.agent == "reader_0") >= 280
    np.testing.assert_allclose(
        team.score(answers, 1.0).log_probs.detach(), np.concatenate([a.log_probs for a in answers]), atol=1e-4
    )


def test_mistakes_are_named(base: Path) -> None:
    team = make_team(base)
    with pytest.raises(ValueError, match=r"unknown agents \['nobody'\]; this team has \['reader_0', 'reader_1'\]"):
        team.sample([Prompt("nobody", "", ())], 1, Sampling(), 0)
    with pytest.raises(ValueError, match="samples must be 1 or more, got 0"):
        team.sample(PROMPTS, 0, Sampling(), 0)
    with pytest.raises(ValueError, match="model must name a model for each of the agents"):
        make_team({"reader_0": base})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="mixed batches need adapters"):
        make_team(base, mixed=True, lora_rank=0)
    assert team.sample([], 2, Sampling(), 0) == []


@pytest.mark.parametrize("options", [{}, {"mixed": True}, {"dtype": "bfloat16"}], ids=["adapters", "mixed", "bfloat16"])
def test_masks_as_a_gpu_is_given_them_hide_the_same(base: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With prompts of unequal length, and rows that leave the batch when they end."""
    plain = make_team(base, **options).sample(PROMPTS, 3, Sampling(1.0, 24), 5)
    shapes = []

    def watch(module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        shapes.append(kwargs["attention_mask"].dim())

    team = make_team(base, **options)
    for voice in (team._backbone(AGENTS[0]).voice(None), team._backbone(AGENTS[0]).fused("agent0")):
        if voice is not None:
            voice.decoder.register_forward_pre_hook(watch, with_kwargs=True)
    monkeypatch.setattr(generation, "_takes_finished_masks", lambda *_: True)
    given = team.sample(PROMPTS, 3, Sampling(1.0, 24), 5)
    assert set(shapes) == {2, 4}
    assert ids(given) == ids(plain)
    for one, other in zip(flat(given), flat(plain)):
        np.testing.assert_allclose(one.log_probs, other.log_probs, atol=1e-5)


def test_masks_are_finished_for_a_gpu_alone_and_where_nothing_has_a_window(base: Path) -> None:
    config = AutoModelForCausalLM.from_pretrained(base).config
    gpu, whole = torch.device("cuda"), DynamicCache(config=config)
    assert generation._takes_finished_masks(config, whole, gpu)
    assert not generation._takes_finished_masks(config, whole, torch.device("cpu"))
    windows = Gemma2Config(sliding_window=8, num_hidden_layers=2)
    windows._attn_implementation = "sdpa"
    assert not generation._takes_finished_masks(windows, DynamicCache(config=windows), gpu)
    config._attn_implementation = "eager"
    assert not generation._takes_finished_masks(config, whole, gpu)


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("windows", [False, True])
def test_prompts_read_in_several_passes_get_the_same_answers(
    base: Path, tmp_path: Path, windows: bool, mixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(make_windowed(tmp_path) if windows else base, mixed=mixed)
    together = flat(team.sample(PROMPTS, 3, Sampling(1.0, 24), 5))
    passes = []
    padded = generation.padded
    monkeypatch.setattr(
        generation, "padded", lambda rows, *args, **kwargs: passes.append(len(rows)) or padded(rows, *args, **kwargs)
    )
    monkeypatch.setattr(generation, "_READ", 1)
    apart = flat(team.sample(PROMPTS, 3, Sampling(1.0, 24), 5))
    assert passes == [1] * len(PROMPTS)
    for one, other in zip(apart, together):
        assert one.ids.tolist() == other.ids.tolist()
        np.testing.assert_allclose(one.log_probs, other.log_probs, atol=1e-5)
