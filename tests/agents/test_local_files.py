"""What a local team is made of and leaves behind: weights, seeds, folders that run alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import GraniteConfig, GraniteForCausalLM

from collm_agents.models.base import Prompt, Response, Sampling
from tests.agents.lm import make_model, make_team, make_tokenizer, stir_weights

pytestmark = pytest.mark.usefixtures("one_thread")

ALONE = """
import json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
base, folder, adapter, text = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(base if adapter == "yes" else folder)
if adapter == "yes":
    from peft import PeftModel
    model = PeftModel.from_pretrained(model, folder).eval()
message = [{"role": "user", "content": text}]
ids = tokenizer.apply_chat_template(message, add_generation_prompt=True, enable_thinking=False, return_dict=False)
with torch.no_grad():
    logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
assert not any(name.startswith("collm") for name in sys.modules)
print(json.dumps([ids, logits.log_softmax(-1).tolist()]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"lora_rank": 0}], ids=["adapters", "full"])
def test_a_saved_agent_runs_alone_in_a_process_without_this_package(base: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    """Decentralised execution: the folder, transformers and peft give the probabilities that the team gives."""
    team = make_team(base, **options)
    team.save("reader_1", tmp_path)
    command = [sys.executable, "-c", ALONE, str(base), str(tmp_path), "no" if options else "yes", "press red"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    prompt, naive = json.loads(done.stdout)
    answers = [Response("reader_1", np.array(prompt), np.array([i]), np.zeros(1, np.float32), "", True) for i in range(len(naive))]
    with torch.no_grad():
        ours = team.score(answers, 1.0).log_probs
    np.testing.assert_allclose(ours, naive, atol=1e-6)
    ((asked,),) = team.sample([Prompt("reader_1", "press red", ())], 1, Sampling(1.0, 1), 0)
    assert asked.prompt_ids.tolist() == prompt
    if not options:
        config = json.loads((tmp_path / "adapter_config.json").read_text())
        assert (config["base_model_name_or_path"], config["r"], config["lora_dropout"]) == (str(base), 4, 0.0)
        assert (tmp_path / "adapter_model.safetensors").exists()


@pytest.mark.parametrize("options", [{}, {"lora_rank": 0}], ids=["adapters", "full"])
def test_agents_go_on_from_folders_and_states_to_the_last_bit(base: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    team, fresh = make_team(base, **options), make_team(base, stir=0.0, **options)
    state = team.state("reader_0")
    assert all(weight.device.type == "cpu" and not weight.requires_grad for weight in state.values())
    team.save("reader_0", tmp_path)
    # A state is a copy.
    stir_weights(team.parameters("reader_0"), 1.0)
    fresh.load_agent("reader_0", tmp_path)
    optimised = fresh.parameters("reader_1")
    fresh.load_state("reader_1", state)
    assert all(one is two for one, two in zip(optimised, fresh.parameters("reader_1"), strict=True))
    for agent in fresh.agents:
        loaded = fresh.state(agent)
        assert loaded.keys() == state.keys()
        assert all(torch.equal(loaded[name], state[name]) for name in state)


def test_what_does_not_fit_is_not_loaded(base: Path, tmp_path: Path) -> None:
    team, other = make_team(base), make_team(base, lora_rank=3)
    other.save("reader_0", tmp_path)
    with pytest.raises(ValueError, match=r"has rank 3 and alpha 6, this team 4 and 8; pass them as lora_rank and lora_alpha"):
        team.load_agent("reader_0", tmp_path)
    with pytest.raises(ValueError, match="has shape"):
        team.load_state("reader_0", other.state("reader_0"))
    with pytest.raises(ValueError, match=r"does not fit: 28 names are missing .*, 0 unknown"):
        team.load_state("reader_0", {})


def test_initial_weights_follow_from_the_seed_alone(base: Path) -> None:
    """Agents differ, B is zero, A is uniform within 1 / sqrt(inputs) as peft draws it."""

    def weights(seed: int) -> list[dict[str, torch.Tensor]]:
        team = make_team(base, ("a", "b"), stir=0.0, seed=seed)
        return [team.state("a"), team.state("b"), team.make_critic("team").state()]

    first, again, other = weights(0), weights(0), weights(1)
    for one, two in zip(first, again):
        assert all(torch.equal(one[name], two[name]) for name in one)
    drawn = [torch.cat([w.flatten() for name, w in state.items() if "lora_A" in name]) for state in [*first, *other]]
    assert all(not torch.equal(drawn[i], drawn[j]) for i in range(6) for j in range(i))
    assert all(not w.any() for state in first for name, w in state.items() if "lora_A" not in name)
    bounded = first[0]["model.layers.0.self_attn.q_proj.lora_A.weight"]
    assert bounded.shape == (4, 32)
    assert 0.9 * 32**-0.5 < float(bounded.abs().max()) <= 32**-0.5


def test_agents_of_any_name_share_one_base(base: Path) -> None:
    team = make_team(base, ("a.b c/ü", "agent0", "base_layer"))
    assert len({id(backbone) for backbone in team._backbones.values()}) == 1
    assert [len(team.parameters(agent)) for agent in team.agents] == [28, 28, 28]
    assert len({id(weight) for agent in team.agents for weight in team.parameters(agent)}) == 84
    team.sample([Prompt(agent, "wait", (0,)) for agent in team.agents], 1, Sampling(1.0, 3), 0)


def test_whole_models_are_trained_in_float32_each_agent_its_own(tmp_path: Path) -> None:
    team = make_team(make_model(tmp_path, dtype=torch.bfloat16), lora_rank=0)
    weights = [*team.parameters("reader_0"), *team.parameters("reader_1"), *team.make_critic("team").parameters()]
    assert all(weight.dtype == torch.float32 and weight.requires_grad for weight in weights)
    assert len({weight.data_ptr() for weight in weights}) == len(weights)


def test_models_with_dropout_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """F7."""
    folder = make_model(tmp_path, attention_dropout=0.1)
    with pytest.raises(ValueError, match=r"has dropout, .*; turn it off with model_options=\{'attention_dropout': 0.0\}"):
        make_team(folder)
    make_team(folder, model_options={"attention_dropout": 0.0})


def test_options_are_passed_to_the_model(base: Path) -> None:
    """Q19."""
    team = make_team(base, model_options={"attn_implementation": "eager"})
    assert team._backbone("reader_0").model.config._attn_implementation == "eager"
    with pytest.raises((TypeError, ValueError)):
        make_team(base, model_options={"no_such_option": 1})


def test_models_that_scale_their_logits_elsewhere_are_refused(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    config = GraniteConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=4,
        num_key_value_heads=2, logits_scaling=8.0, pad_token_id=0, eos_token_id=2, bos_token_id=2, initializer_range=0.2,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        GraniteForCausalLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="are not its head's output"):
        make_team(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lora_rank": -1}, "lora_rank must be 0 or more"),
        ({"generation_batch": 0}, "generation_batch must be 1 or more"),
        ({"critic_batch": 0}, "critic_batch must be 1 or more"),
        ({"max_prompt_tokens": 0}, "max_prompt_tokens must be 1 or more"),
    ],
)
def test_options_out_of_range_are_errors(base: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_team(base, **options)
    with pytest.raises(ValueError, match="agents must be one or more different names"):
        make_team(base, ("a", "a"))


def test_only_linear_maps_can_be_adapted(base: Path, tmp_path: Path) -> None:
    folder = make_model(tmp_path, tie_word_embeddings=False)
    with pytest.raises(ValueError, match=r"lora_targets must be linear maps, got model.embed_tokens"):
        make_team(folder, lora_targets=["embed_tokens"])
    team = make_team(base, lora_targets=["q_proj", "v_proj"])
    assert len(team.parameters("reader_0")) == 8


def test_a_saved_adapter_names_what_it_adapts_in_an_order_that_no_process_changes(base: Path, tmp_path: Path) -> None:
    make_team(base).save("reader_0", tmp_path)
    named = json.loads((tmp_path / "adapter_config.json").read_text())["target_modules"]
    assert len(named) == 14
    assert named == sorted(named)


def test_targets_as_a_pattern_are_saved_as_they_were_given(base: Path, tmp_path: Path) -> None:
    make_team(base, lora_targets=r".*\.(q|v)_proj").save("reader_0", tmp_path)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["target_modules"] == r".*\.(q|v)_proj"
