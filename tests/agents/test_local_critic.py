"""What a local critic says of histories: one value per turn, read at a fixed token, of nothing but what came before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.models.base import History, Prompt, Sampling
from collm_agents.models.critic import LocalCritic
from collm_agents.rollouts import trajectories
from tests.agents.lm import make_model, make_team, make_tokenizer, stir_weights
from tests.agents.tables import hand_made

HISTORIES: list[History] = [
    ("The lights are out.", "press red", "press blue\nwait"),
    ("wait",),
    ("The lights are out.", "wait", "", "/setblock 0 1 0 white_concrete\n" * 3),
    ("w", "w"),
]

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    # peft asks transformers by a name that is going out of use.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


def critic_of(folder: Path, **options: Any) -> LocalCritic:
    critic = make_team(folder, **options).make_critic("team")
    stir_weights(critic.parameters(), 0.2)
    return critic


def naive_values(critic: LocalCritic, base: Path, folder: Path, rows: list[list[int]]) -> list[float]:
    """The value at the end of each row of tokens, by peft and transformers alone."""
    critic.save(folder)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(folder)).eval()
    head = load_file(folder / "value_head.safetensors")
    with torch.no_grad():
        hidden = [model(input_ids=torch.tensor([row]), output_hidden_states=True).hidden_states[-1][0, -1] for row in rows]
    return [float(state @ head["value_head.weight"] + head["value_head.bias"]) for state in hidden]


def tokens(folder: Path, history: History) -> list[int]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    end = tokenizer.eos_token_id
    return [
        i for text in history for i in [*tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"], end]
    ]


@pytest.mark.parametrize("options", [{}, {"mixed": True}, {"lora_rank": 0}], ids=["adapters", "mixed", "full"])
def test_a_critic_that_was_never_updated_says_zero(base: Path, options: dict[str, Any]) -> None:
    """S9, Q23."""
    team = make_team(base, **options)
    for name in ("team", "reader_1"):
        for value, history in zip(team.make_critic(name).values(HISTORIES, None), HISTORIES):
            assert value.tolist() == [0.0] * len(history)


@pytest.mark.parametrize("window", [None, 1, 2])
@pytest.mark.parametrize("options", [{}, {"critic_batch": 2}, {"gradient_checkpointing": True}], ids=["", "small", "checkpointing"])
def test_values_are_those_of_a_plain_forward_pass_over_what_the_window_shows(
    base: Path, tmp_path: Path, window: int | None, options: dict[str, Any]
) -> None:
    """F2, F20, S10: read at the end token after the turn's segment."""
    critic = critic_of(base, **options)
    values = torch.cat(critic.values(HISTORIES, window))
    shown = [h[0 if window is None else max(0, t + 1 - window) : t + 1] for h in HISTORIES for t in range(len(h))]
    np.testing.assert_allclose(
        values.detach(), naive_values(critic, base, tmp_path, [tokens(base, part) for part in shown]), atol=1e-5
    )
    assert len({round(value, 4) for value in values.tolist()}) > 6


@pytest.mark.parametrize("pad_is_end", [False, True])
@pytest.mark.parametrize("window", [None, 2])
def test_a_history_is_valued_alone_as_it_is_among_others(tmp_path: Path, window: int | None, pad_is_end: bool) -> None:
    """S10 on V: ragged, permuted, in small batches; a later turn changes no value before it."""
    critic = critic_of(make_model(tmp_path, tokenizer=make_tokenizer(pad_is_end=pad_is_end)), critic_batch=3)
    with torch.no_grad():
        together, backwards = critic.values(HISTORIES, window), critic.values(HISTORIES[::-1], window)[::-1]
        for number, history in enumerate(HISTORIES):
            (alone,) = critic.values([history], window)
            np.testing.assert_allclose(together[number], alone, atol=1e-5)
            np.testing.assert_allclose(backwards[number], alone, atol=1e-5)
            for turn in range(len(history)):
                np.testing.assert_allclose(critic.values([history[: turn + 1]], window)[0], alone[: turn + 1], atol=1e-5)


def test_gradients_of_values_are_those_of_single_histories(base: Path) -> None:
    """S13, with one history twice, which is read once but counts twice."""
    histories = [*HISTORIES, HISTORIES[0]]
    together, apart = critic_of(base, critic_batch=2), critic_of(base)
    sum((value**2).sum() for value in together.values(histories, None)).backward()  # type: ignore[union-attr]
    for history in histories:
        (apart.values([history], None)[0] ** 2).sum().backward()
    for mine, theirs in zip(together.parameters(), apart.parameters(), strict=True):
        assert mine.grad is not None
        assert theirs.grad is not None
        assert float((mine.grad - theirs.grad).norm()) <= 1e-5 * float(theirs.grad.norm())


def test_equal_histories_and_windows_are_read_once(base: Path) -> None:
    team = make_team(base)
    critic = team.make_critic("team")
    critic.values([HISTORIES[0]], None)
    once = team.tokens.valued
    critic.values([HISTORIES[0]] * 5, None)
    assert team.tokens.valued == 2 * once
    assert once == len(tokens(base, HISTORIES[0]))


def test_gradients_of_values_reach_the_critic_alone(base: Path) -> None:
    """S14: no agent, no other critic, and after its step they all say what they said."""
    team = make_team(base)
    critic, other = team.make_critic("team"), team.make_critic("reader_0")
    stir_weights(critic.parameters(), 0.2)
    stir_weights(other.parameters(), 0.2)
    asked = [Prompt("reader_0", "wait", (0,)), Prompt("reader_1", "wait", (1,))]
    before = [a.log_probs for group in team.sample(asked, 2, Sampling(1.0, 8), 0) for a in group]
    (old,) = other.values(HISTORIES[:1], None)
    sum(value.sum() for value in critic.values(HISTORIES, None)).backward()  # type: ignore[union-attr]
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in critic.parameters())
    assert all(parameter.grad is None for agent in team.agents for parameter in team.parameters(agent))
    assert all(parameter.grad is None for parameter in other.parameters())
    torch.optim.SGD(critic.parameters(), lr=0.1).step()
    after = [a.log_probs for group in team.sample(asked, 2, Sampling(1.0, 8), 0) for a in group]
    assert all(np.array_equal(new, past) for new, past in zip(after, before))
    assert torch.equal(other.values(HISTORIES[:1], None)[0], old)


def test_turns_beyond_the_context_are_valued_by_the_end_of_their_history(base: Path, tmp_path: Path) -> None:
    """Every turn has a value, which later turns do not change; the model reads 256 tokens."""
    critic = critic_of(base)
    history = tuple(f"press red {turn}\nThe door opens when both press the same button." for turn in range(12))
    ids = tokens(base, history)
    ends = [len(tokens(base, history[: turn + 1])) for turn in range(12)]
    assert ends[2] < 256 < ends[-2]
    naive = naive_values(critic, base, tmp_path, [ids[max(0, end - 256) : end] for end in ends])
    for given in (history, history[:-1], history[:2]):
        np.testing.assert_allclose(critic.values([given], None)[0].detach(), naive[: len(given)], atol=1e-5)
    wide = critic.values([history], 100)[0]
    np.testing.assert_allclose(wide.detach(), naive, atol=1e-5)
    (single,) = critic.values([("press red\n" * 300,)], None)
    assert single.shape == (1,)


def test_nothing_in_a_segment_is_a_special_token(base: Path) -> None:
    """A history quotes what agents were told and said, which may spell a special token."""
    critic = critic_of(base)
    quoted, ended = critic.values([("press red<|end|>wait",), ("press red", "wait")], None)
    assert abs((quoted[-1] - ended[-1]).item()) > 1e-4


def test_windows_and_histories_out_of_range_are_errors(base: Path) -> None:
    critic = make_team(base).make_critic("team")
    with pytest.raises(ValueError, match="window must be None or 1 and up, got 0"):
        critic.values(HISTORIES, 0)
    with pytest.raises(ValueError, match="at least one segment"):
        critic.values([()], None)
    with pytest.raises(ValueError, match="unknown agents"):
        make_team(base).make_critic("nobody")
    assert critic.values([], None) == []


@pytest.mark.parametrize("options", [{}, {"lora_rank": 0}], ids=["adapters", "full"])
def test_a_critic_that_is_saved_says_the_same_when_it_is_loaded(base: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    team = make_team(base, **options)
    critic = team.make_critic("team")
    stir_weights(critic.parameters(), 0.2)
    critic.save(tmp_path)
    other = make_team(base, **options).make_critic("team")
    other.load(tmp_path)
    again = make_team(base, **options).make_critic("reader_1")
    again.load_state(critic.state())
    for mine, theirs, third in zip(*(each.values(HISTORIES, None) for each in (critic, other, again))):
        assert torch.equal(mine, theirs)
        assert torch.equal(mine, third)


def test_a_learner_reads_each_history_once_for_its_values_in_passes_of_micro_tokens() -> None:
    """Else what a critic reads before it learns would take more memory than all learning."""
    learner = hand_made(CoLLMCC, episodes=8, micro_tokens=4)
    critic, read = learner.critics["team"], []
    values = critic.values
    critic.values = lambda histories, window: read.append(list(histories)) or values(histories, window)
    paths = trajectories(learner.collector.collect(0, range(8), learner.plan, learner.config.sampling))
    found = learner._read("team", paths)
    once = [history for part in read for history in part]
    assert sorted(once) == sorted(set(found.histories))
    assert len(read) > 1
    for part in read:
        lengths = [critic.length(history, None) for history in part]
        assert len(part) == 1 or max(lengths) * len(part) <= 4
    for history, row, last in zip(found.histories, found.turns, found.last):
        expected = values([history], None)[0].detach().numpy()
        np.testing.assert_allclose([*row, last][: len(expected)], expected, atol=1e-6)
