"""Voices: a model on this machine, names of voices, factories, and what is refused before anything is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from collm_agents.__main__ import main
from collm_agents.models.base import Prompt, Sampling
from collm_agents.models.errors import PromptTooLong
from collm_agents.models.toy import toy_model
from collm_agents.policies import Team
from collm_agents.policies.choice import Choice, check_team, open_team
from collm_agents.policies.mixed import MixedTeam
from collm_agents.policies.voiced import VoicedTeam
from collm_agents.records import read_results
from collm_agents.voices import KEYS, NAMES, Speech, check_voice, endpoint_of, kind_of, make_voice
from collm_agents.voices.local import LocalVoice
from collm_envs import relay_v0, strbuild_v0
from tests.agents.lm import make_model, make_team

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

PROMPTS = ["press red", "press blue or green, then wait", "The lights are out. Two panels."]


class TestLocal:
    def test_same_seed_same_answers_whatever_the_batch(self, base: Path) -> None:
        alone = LocalVoice(str(base), max_tokens=12, device="cpu")
        together = LocalVoice(str(base), max_tokens=12, device="cpu", batch=3)
        texts = [done.text for done in alone.ask(PROMPTS, 5)]
        assert [done.text for done in together.ask(PROMPTS, 5)] == texts
        assert alone.ask(PROMPTS[:1], 5)[0].text == texts[0]
        assert [done.text for done in alone.ask(PROMPTS, 6)] != texts
        assert len(set(texts)) > 1
        assert alone.name == f"hf:{base}"

    def test_temperature_0_takes_the_likeliest(self, base: Path) -> None:
        voice = LocalVoice(str(base), temperature=0, max_tokens=12, device="cpu")
        assert [done.text for done in voice.ask(PROMPTS, 1)] == [done.text for done in voice.ask(PROMPTS, 2)]

    def test_equal_prompts_of_one_call_get_answers_of_their_own(self, base: Path) -> None:
        first, second = LocalVoice(str(base), max_tokens=12, device="cpu").ask(["press"] * 2, 0)
        assert first.text != second.text

    def test_tokens_are_counted_as_the_model_reads_and_writes_them(self, base: Path) -> None:
        voice = LocalVoice(str(base), temperature=2.0, max_tokens=40, device="cpu", batch=8)
        rendering = voice._backbone.rendering  # type: ignore[union-attr]
        answers = [done for seed in range(8) for done in voice.ask(PROMPTS, seed)]
        assert {done.cut for done in answers} == {False, True}
        for done in answers:
            assert done.cut == (done.tokens == 40) or not done.cut
            assert 1 <= done.tokens <= 40
        template = rendering.tokenizer.apply_chat_template(
            [{"role": "user", "content": PROMPTS[0]}], add_generation_prompt=True, enable_thinking=False, tokenize=False
        )
        assert template.endswith("<no_think>")
        asked = len(rendering.tokenizer(template, add_special_tokens=False)["input_ids"])
        assert voice.ask(PROMPTS[:1], 0)[0].prompt_tokens == asked

    @pytest.mark.parametrize(("batch", "seconds"), [(1, [1.0, 1.0, 1.0]), (3, [1.0, 1.0, 1.0]), (2, [1.0, 1.0, 1.0])])
    def test_the_clock_runs_around_generation_alone(
        self, base: Path, batch: int, seconds: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from collm_agents.voices import local

        now = 0.0

        def slow(*args: object, **kwargs: object) -> object:
            nonlocal now
            now += 1.0
            return generate(*args, **kwargs)  # type: ignore[arg-type]

        generate = local.generate
        monkeypatch.setattr(local, "generate", slow)
        voice = LocalVoice(str(base), max_tokens=4, device="cpu", batch=batch, clock=lambda: now)
        prompt = voice._backbone.rendering.prompt  # type: ignore[union-attr]

        def reading(*args: object) -> object:
            nonlocal now
            now += 100.0
            return prompt(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(voice._backbone.rendering, "prompt", reading)  # type: ignore[union-attr]
        assert [done.seconds for done in voice.ask(PROMPTS, 0)] == seconds
        assert now == 300 + -(-3 // batch)

    def test_global_random_numbers_stay_as_they_were(self, base: Path) -> None:
        before = torch.get_rng_state()
        LocalVoice(str(base), max_tokens=4, device="cpu").ask(PROMPTS, 0)
        assert torch.equal(torch.get_rng_state(), before)

    def test_too_long_a_prompt_and_a_closed_voice_raise(self, base: Path) -> None:
        voice = LocalVoice(str(base), max_tokens=4, device="cpu")
        with pytest.raises(PromptTooLong, match="exceed the context"):
            voice.ask(["press " * 400], 0)
        voice.close()
        with pytest.raises(RuntimeError, match="is closed"):
            voice.ask(PROMPTS, 0)
        with pytest.raises(ValueError, match="batch must be 1 or more"):
            LocalVoice(str(base), batch=0)

    @pytest.mark.slow
    def test_a_toy_speaks_the_language_of_its_task(self, tmp_path: Path) -> None:
        env = relay_v0.parallel_env()
        voice = make_voice(f"hf:{toy_model(env)}", Speech(max_tokens=8))
        observations, _ = env.reset(seed=0)
        assert all(done.text.startswith("press") and not done.cut for done in voice.ask(list(observations.values()), 0))


@pytest.fixture(scope="module")
def coarse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in bfloat16."""
    return make_model(tmp_path_factory.mktemp("coarse"), dtype=torch.bfloat16, seed=7)


class TestAdapters:
    """Folders that hold an adapter and no model, as a run leaves one for each agent."""

    @pytest.mark.parametrize("which", ["base", "coarse"])
    def test_an_agents_folder_says_what_the_agent_says(self, which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        model: Path = request.getfixturevalue(which)
        team, greedy = make_team(model), Sampling(1.0, 30, greedy=True)
        for number, agent in enumerate(team.agents):
            team.save(agent, tmp_path / agent)
            check_voice(f"hf:{tmp_path / agent}")
            voice = LocalVoice(str(tmp_path / agent), temperature=0, max_tokens=30, device="cpu")
            own = [team.sample([Prompt(agent, text, (number,))], 1, greedy, 0)[0][0] for text in PROMPTS]
            said = voice.ask(PROMPTS, 0)
            assert [(done.text, done.tokens, done.prompt_tokens) for done in said] == [
                (each.text, len(each.ids), len(each.prompt_ids)) for each in own
            ]
            assert [done.text for done in said] != [
                done.text for done in LocalVoice(str(model), temperature=0, max_tokens=30, device="cpu").ask(PROMPTS, 0)
            ]

    def test_adapters_are_not_rounded_to_the_type_of_their_base(self, coarse: Path, tmp_path: Path) -> None:
        make_team(coarse).save("reader_0", tmp_path)
        model = LocalVoice(str(tmp_path), device="cpu")._backbone.model  # type: ignore[union-attr]
        types = {weight.dtype for name, weight in model.named_parameters() if "lora" in name}
        assert (model.dtype, types) == (torch.bfloat16, {torch.float32})
        assert not any(part.training for part in model.modules())
        assert not any(weight.requires_grad for weight in model.parameters())

    def test_global_random_numbers_stay_as_they_were(self, base: Path, tmp_path: Path) -> None:
        make_team(base).save("reader_0", tmp_path)
        before = torch.get_rng_state()
        LocalVoice(str(tmp_path), device="cpu")
        assert torch.equal(torch.get_rng_state(), before)

    def test_a_base_that_moved_is_named_before_anything_loads(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        model, agent = make_model(tmp_path / "model"), tmp_path / "agent"
        make_team(model).save("reader_0", agent)
        model.rename(tmp_path / "elsewhere")
        with pytest.raises(
            ValueError, match=rf"holds an adapter for the model {model}, and there is no such folder; if that moved"
        ):
            check_voice(f"hf:{agent}")
        capsys.readouterr()
        assert main(["eval", "relay", "--team", f"hf:{agent}"]) == 2
        error = capsys.readouterr().err
        assert str(agent / "adapter_config.json") in error
        assert error.count("\n") == 1
        settings = json.loads((agent / "adapter_config.json").read_text())
        (agent / "adapter_config.json").write_text(json.dumps({**settings, "base_model_name_or_path": str(tmp_path / "elsewhere")}))
        check_voice(f"hf:{agent}")
        assert LocalVoice(str(agent), max_tokens=4, device="cpu").ask(PROMPTS[:1], 0)

    def test_adapters_name_their_base_in_full(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make_model(tmp_path / "model")
        monkeypatch.chdir(tmp_path)
        make_team(Path("model")).save("reader_0", tmp_path / "agent")
        settings = json.loads((tmp_path / "agent" / "adapter_config.json").read_text())
        assert settings["base_model_name_or_path"] == str(tmp_path / "model")

    @pytest.mark.parametrize("changes", [{"num_hidden_layers": 1}, {"hidden_size": 48}])
    def test_another_model_in_place_of_the_base_is_refused(self, changes: dict[str, int], tmp_path: Path) -> None:
        model, agent = tmp_path / "model", tmp_path / "agent"
        make_team(make_model(model)).save("reader_0", agent)
        make_model(model, **changes)
        with pytest.raises(ValueError, match=f"the adapter in {agent} does not fit {model}"):
            LocalVoice(str(agent), device="cpu")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "cannot be read"),
            ("[]", "cannot be read"),
            ("{}", "does not say which model"),
            ('{"base_model_name_or_path": ""}', "does not say which model"),
        ],
    )
    def test_a_folder_that_does_not_name_its_base_is_refused(self, text: str, said: str, tmp_path: Path) -> None:
        (tmp_path / "adapter_config.json").write_text(text)
        with pytest.raises(ValueError, match=said):
            check_voice(f"hf:{tmp_path}")

    def test_adapters_of_prompts_are_refused(self, base: Path, tmp_path: Path) -> None:
        settings = {"peft_type": "PROMPT_TUNING", "task_type": "CAUSAL_LM", "base_model_name_or_path": str(base)}
        (tmp_path / "adapter_config.json").write_text(json.dumps(settings))
        with pytest.raises(ValueError, match="changes prompts, not weights"):
            LocalVoice(str(tmp_path), device="cpu")


class TestNames:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("hf:Qwen/Qwen3-1.7B", "hf"),
            ("openai:http://127.0.0.1:8000/v1#model", "openai"),
            ("my.package:make", "factory"),
            ("oracle", ""),
            ("runs/x", ""),
            ("C:\\runs", ""),
            ("", ""),
        ],
    )
    def test_kinds(self, name: str, kind: str) -> None:
        assert kind_of(name) == kind

    def test_address_and_model(self) -> None:
        assert endpoint_of("openai:http://127.0.0.1:8000/v1#Qwen/Qwen3:8b") == ("http://127.0.0.1:8000/v1", "Qwen/Qwen3:8b")

    @pytest.mark.parametrize(
        "rest", ["", "x", "http://h/v1", "http://h/v1#", "ftp://h#m", "http://#m", "http://h:x#m", "http://h:0#m"]
    )
    def test_a_misspelt_endpoint_is_told_how_it_is_spelt(self, rest: str) -> None:
        with pytest.raises(ValueError, match="an endpoint is openai:URL#MODEL"):
            endpoint_of(f"openai:{rest}")

    @pytest.mark.parametrize("url", ["https://me:sesame@h/v1", "https://sesame@h/v1", "https://h/v1?key=sesame"])
    def test_keys_in_addresses_are_refused_and_not_repeated(self, url: str) -> None:
        with pytest.raises(ValueError, match="keys go to the environment") as caught:
            endpoint_of(f"openai:{url}#m")
        assert "sesame" not in str(caught.value)
        with pytest.raises(ValueError, match="an endpoint is") as caught:
            endpoint_of("openai:https://me:sesame@h/v1")
        assert "sesame" not in str(caught.value)

    def test_a_service_elsewhere_needs_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for key in KEYS:
            monkeypatch.delenv(key, raising=False)
        with pytest.raises(ValueError, match=r"api\.example\.com needs a key: set OPENAI_API_KEY or COLLM_API_KEY"):
            check_voice("openai:https://api.example.com/v1#m")

    def test_unknown_ones(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="unknown voice 'x'"):
            check_voice("x")
        with pytest.raises(ValueError, match="unknown voice 'x:y'"):
            make_voice("x:y")
        with pytest.raises(ValueError, match="there is no folder"):
            check_voice(f"hf:{tmp_path}/none")
        with pytest.raises(ValueError, match=r"has neither config\.json nor adapter_config\.json"):
            check_voice(f"hf:{tmp_path}")
        with pytest.raises(ValueError, match="a folder or a name on the hub"):
            check_voice("hf:")
        with pytest.raises(ImportError, match="there is no module nowhere_at_all"):
            check_voice("nowhere_at_all:make")
        with pytest.raises(ImportError, match="has no function nothing"):
            check_voice("collm_agents.evaluate:nothing")

    @pytest.mark.parametrize("wrong", [{"temperature": -1.0}, {"max_tokens": 0}, {"concurrency": 0}])
    def test_numbers_out_of_range(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
            Speech(**wrong)  # type: ignore[arg-type]


# -- teams by name --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"team": "oracle", "protocol": "pipeline"}, "--protocol pipeline is for models .*; oracle is a script"),
        ({"team": "oracle", "max_tokens": 5}, "--max-tokens is for models .*; oracle is a script"),
        ({"team": "oracle", "concurrency": 5}, "--concurrency is for models"),
        ({"team": "oracle", "temperature": 1.0}, "is a script and has no temperature"),
        ({"team": "orcale"}, "unknown team 'orcale'; choose from: silent, random, greedy, oracle, the folder of .*, hf:"),
        ({"team": "hf:a/b", "protocol": "chat"}, "unknown protocol 'chat'; choose from: single, parallel"),
        ({"team": "hf:a/b", "rounds": 3}, "--rounds is for --protocol discussion"),
        ({"team": "hf:a/b", "protocol": "discussion", "rounds": 1}, "2 rounds or more, got --rounds 1"),
        ({"team": "hf:a/b", "max_tokens": 0}, "max_tokens must be 1 or more"),
        ({"team": "builder_0=hf:a/b,builder_1=hf:a/b", "protocol": "single"}, "one model answers for everybody"),
        ({"team": "builder_0=hf:a/b"}, "nobody plays builder_1; the agents are: builder_0, builder_1"),
        ({"team": "builder_0=hf:a/b,builder_7=hf:a/b"}, "unknown agent 'builder_7'; choose from: builder_0, builder_1"),
        ({"team": "builder_0=hf:a/b,builder_0=hf:a/b"}, "named twice"),
        ({"team": "builder_0=oracle,builder_1=hf:a/b", "protocol": "pipeline"}, "is for models .*; oracle is a script"),
        ({"team": "builder_0=oracle,builder_1=nobody"}, "unknown team 'nobody'"),
        ({"team": "json:loads", "temperature": 1.0}, "--temperature is up to module:factory itself"),
    ],
)
def test_what_does_not_go_together_is_one_line_before_anything_loads(
    flags: dict[str, object], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=message):
        check_team(Choice(**flags), strbuild_v0.parallel_env())  # type: ignore[arg-type]
    words = [word for key, value in flags.items() for word in (f"--{key.replace('_', '-')}", str(value))]
    assert main(["eval", "strbuild", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_wrong_flags_are_found_without_torch() -> None:
    code = (
        "import sys; from collm_agents.__main__ import main; "
        "assert main(['eval', 'strbuild', '--team', 'oracle', '--protocol', 'single']) == 2; "
        "assert main(['eval', 'strbuild', '--team', 'hf:a/b', '--rounds', '2']) == 2; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0


def test_parts_are_split_between_agents_alone() -> None:
    choice = Choice("builder_0=openai:http://h:1/v1#a,b=c,builder_1=hf:x")
    assert choice.parts == {"builder_0": "openai:http://h:1/v1#a,b=c", "builder_1": "hf:x"}
    assert Choice("hf:a/builder_0=x").parts == {}


FACTORIES = """
from collm_agents.policies.scripted import ScriptedTeam
from collm_agents.voices import Completion

class Voice:
    name = "mine"
    def ask(self, prompts, seed):
        return [Completion("/setblock 0 0 0 stone", 9, 11, 0.25) for _ in prompts]
    def close(self):
        print("closed")

def voice(env): return Voice()
def team(env): return ScriptedTeam("oracle")
def wrong(env): return 3
class Half:
    def act(self, env, observations): ...
def half(env): return Half()
"""


@pytest.fixture
def factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "some_factories.py").write_text(FACTORIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "some_factories", raising=False)
    return "some_factories"


def test_a_factory_of_the_users_own_makes_a_voice_or_a_team(factories: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", "strbuild", "--episodes", "2", "--set", "max_cycles=1", "--team"]
    assert main([*words, f"{factories}:voice", "--protocol", "pipeline", "--out", "voice"]) == 0
    assert "closed" in capsys.readouterr().out
    results = read_results(Path("voice"))
    assert [(result.team, result.protocol, result.team_seconds) for result in results] == [("mine", "pipeline", 0.5)] * 2
    assert results[0].tokens == {"builder_0": 9, "builder_1": 9}
    assert main([*words, f"{factories}:team", "--out", "team"]) == 0
    assert read_results(Path("team"))[0].last_reward == 2.0
    assert main([*words, f"builder_0={factories}:voice,builder_1=greedy"]) == 0
    capsys.readouterr()
    for team, said in [
        (f"{factories}:wrong", "must make a team (with act) or a voice (with ask), got int"),
        (f"{factories}:half", "lacks name, seconds, usage, turn_seconds, reset"),
        (f"{factories}:none", "has no function none"),
    ]:
        assert main([*words, team]) == 2
        assert said in capsys.readouterr().err
    assert main([*words, f"{factories}:team", "--protocol", "parallel"]) == 2
    assert "makes a team" in capsys.readouterr().err


def test_a_model_of_this_machine_plays_in_every_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = make_model(tmp_path / "base", max_position_embeddings=4096)
    words = ["eval", "relay", "--team", f"hf:{base}", "--episodes", "2", "--set", "max_cycles=1", "--max-tokens", "3"]
    configs = set()
    for protocol, calls in {"single": 1, "parallel": 2, "pipeline": 2, "discussion": 4}.items():
        out = tmp_path / protocol
        capsys.readouterr()
        assert main([*words, "--protocol", protocol, "--out", str(out)]) == 0
        assert not capsys.readouterr().err
        results = read_results(out)
        assert all(sum(result.completions.values()) == calls for result in results)
        assert all(0 < sum(result.tokens.values()) <= 3 * calls for result in results)
        assert all(0 < result.team_seconds <= sum(result.seconds.values()) for result in results)
        run = json.loads((out / "run.json").read_text())["matches"][0]
        assert run["settings"]["temperature"] == 0.7
        assert {result.config for result in results} == {run["config"]}
        configs.add(run["config"])
        assert main(["replay", str(out), "--all"]) == 0
    assert len(configs) == 4


def test_agents_with_models_of_their_own_share_what_is_the_same(base: Path) -> None:
    env = strbuild_v0.parallel_env()
    team: Team = open_team(Choice(f"builder_0=hf:{base},builder_1=hf:{base}", "pipeline"), env)
    assert isinstance(team, VoicedTeam)
    assert len({id(team._voice(agent)) for agent in env.possible_agents}) == 1
    team.close()
    mixed = open_team(Choice(f"builder_0=oracle,builder_1=hf:{base}", temperature=None), env)
    assert isinstance(mixed, MixedTeam)
    assert mixed.name == f"builder_0=oracle,builder_1=hf:{base}"
    mixed.close()


def test_agents_of_two_runs_play_together_on_the_game_they_were_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in (("a", 3), ("b", 3), ("c", 4)):
        words = [
            "train",
            "relay",
            "--method",
            "magrpo",
            "--model",
            "table",
            "--iterations",
            "1",
            "--set",
            f"code={code}",
            "max_cycles=2",
        ]
        assert main([*words, "--eval-episodes", "2", "--seed", str(code), "--out", str(tmp_path / name)]) == 0
    words = ["eval", "relay", "--episodes", "3", "--out", str(tmp_path / "eval"), "--team"]
    team = f"relay_0={tmp_path}/a,relay_1={tmp_path}/b"
    assert main([*words, team]) == 0
    results = read_results(tmp_path / "eval")
    assert {result.team for result in results} == {team}
    assert {result.turns for result in results} == {2}
    assert all(result.completions == {"relay_0": 2, "relay_1": 2} for result in results)
    assert json.loads((tmp_path / "eval" / "run.json").read_text())["matches"][0]["options"]["code"] == 3
    capsys.readouterr()
    assert main([*words[:-3], "--team", f"relay_0={tmp_path}/a,relay_1={tmp_path}/c"]) == 2
    assert "were trained with different options of relay: code" in capsys.readouterr().err


def test_help_names_all_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for name in NAMES:
        assert name in text
