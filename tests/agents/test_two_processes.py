"""Decentralised execution: after training each agent runs in a process of its own, on its own folder, and sees its own prompts.

The processes know transformers and peft, and nothing of this package; the test plays the environment between them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from collm_agents.__main__ import main
from collm_agents.models.toy import RECIPES, toy_model
from collm_agents.records import read_results
from collm_agents.results import EpisodeResult
from collm_agents.runs import read_settings
from collm_agents.settings import Settings
from collm_envs import relay_v0
from tests.agents.lm import make_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]

PLAIN = """
import json, sys
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

torch.set_num_threads(1)
folder, base, longest = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(base or folder)
model.generation_config = GenerationConfig.from_pretrained(folder)
if base:
    model = PeftModel.from_pretrained(model, folder)
print("ready", flush=True)
for line in sys.stdin:
    message = [{"role": "user", "content": json.loads(line)}]
    read = tokenizer.apply_chat_template(
        message, add_generation_prompt=True, enable_thinking=False, return_dict=True, return_tensors="pt"
    )
    length = read["input_ids"].shape[1]
    said = model.generate(**read, do_sample=False, max_new_tokens=int(longest))[0, length:]
    print(json.dumps([tokenizer.decode(said, skip_special_tokens=True), len(said), length]), flush=True)
assert not any(name.startswith("collm") for name in sys.modules)
print("done", flush=True)
"""

EPISODES = 4


class Team(NamedTuple):
    """How a team is made: a task and its options, a base, how it is trained; with rank 0 whole models are."""

    task: str
    options: tuple[str, ...]
    base: str
    method: str
    iterations: int
    training: tuple[str, ...]
    rank: int
    longest: int


class Finished(NamedTuple):
    """What is left of a run: each agent's folder, and how the team played: from the run, from the agents' folders as voices, and
    with these exchanged."""

    settings: Settings
    base: Path | None
    longest: int
    folders: dict[str, dict[str, bytes]]
    whole: list[EpisodeResult]
    voices: list[EpisodeResult]
    crossed: list[EpisodeResult]


class Agent:
    """A process that answers the prompts of one agent."""

    def __init__(self, folder: Path, base: Path | None, longest: int) -> None:
        bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._log = folder.with_name(f"{folder.name}.log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PLAIN, str(folder), str(base or ""), str(longest)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                cwd=folder.parent,
                env={**bare, "HF_HUB_OFFLINE": "1"},
            )

    def ask(self, prompt: str) -> None:
        assert self._process.stdin
        print(json.dumps(prompt), file=self._process.stdin, flush=True)

    def hear(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self._log.read_text(errors="replace")[-3000:]
        return line.strip()

    def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        assert self.hear() == "done"
        assert self._process.wait(60) == 0

    def kill(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        self._process.wait()


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy of the relay that speaks its language, and no more."""
    recipe = replace(RECIPES["relay"], hidden=32, heads=2, episodes=300, steps=80, batch=32)
    return toy_model(relay_v0.parallel_env(max_cycles=4), recipe=recipe, cache=tmp_path_factory.mktemp("toys"))


@pytest.fixture(scope="module")
def coarse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model in bfloat16 whose own settings would have it say other things: penalties, cuts, and one end token of two."""
    made = make_model(tmp_path_factory.mktemp("coarse"), dtype=torch.bfloat16, max_position_embeddings=8192, seed=7)
    settings = made / "generation_config.json"
    known = json.loads(settings.read_text())
    own = {"do_sample": True, "repetition_penalty": 1.5, "top_k": 5, "top_p": 0.5, "eos_token_id": known["eos_token_id"][1]}
    settings.write_text(json.dumps({**known, **own}))
    return made


BRIEF, WRITTEN = ("max_cycles=4",), ("max_cycles=2",)
TEAMS = {
    # Large steps: a few are to make agents that say different things, whatever these are worth.
    "adapters": Team("relay", BRIEF, "toy", "collm-cc", 3, ("actor_lr=0.02", "critic_warmup=0", "max_new_tokens=8"), 4, 8),
    "whole models": Team("relay", BRIEF, "toy", "magrpo", 2, ("actor_lr=0.02", "max_new_tokens=8"), 0, 8),
    "adapters on bfloat16": Team(
        "strbuild", WRITTEN, "coarse", "magrpo", 2, ("actor_lr=0.01", "entropy_coef=1.0", "max_new_tokens=24"), 4, 24
    ),
}


@pytest.fixture(scope="module", params=TEAMS)
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    team = TEAMS[request.param]
    base: Path = request.getfixturevalue(team.base)
    home = tmp_path_factory.mktemp("trained")
    run = home / "run"
    words = ["train", team.task, "--method", team.method, "--model", str(base), "--lora-rank", str(team.rank)]
    words += ["--iterations", str(team.iterations), "--eval-episodes", "1", "--out", str(run)]
    words += ["--set", "episodes=4", *team.options, *team.training]
    assert main(words) == 0
    folders = sorted((run / "agents").iterdir())
    names = [folder.name for folder in folders]
    words = ["--max-tokens", str(team.longest), "--set", *team.options]

    def as_voices(owners: list[str], place: str) -> list[EpisodeResult]:
        by_folder = ",".join(f"{name}=hf:{run}/agents/{owner}" for name, owner in zip(names, owners))
        return played(team, by_folder, home / place, *words)

    done = Finished(
        settings=read_settings(run),
        base=base if team.rank else None,
        longest=team.longest,
        folders={folder.name: {file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders},
        whole=played(team, str(run), home / "whole"),
        voices=as_voices(names, "voices"),
        crossed=as_voices(names[::-1], "crossed"),
    )
    shutil.rmtree(run)
    return done


def played(team: Team, name: str, folder: Path, *words: str) -> list[EpisodeResult]:
    asked = ["eval", team.task, "--team", name, "--temperature", "0", "--episodes", str(EPISODES), "--out", str(folder)]
    assert main([*asked, *words]) == 0
    return read_results(folder)


@contextmanager
def a_process_each(team: Finished, home: Path) -> Iterator[dict[str, Agent]]:
    """The agents in processes of their own. Nothing of the run is left by then but an agent's own folder, while it loads."""
    agents: dict[str, Agent] = {}
    try:
        for name, files in team.folders.items():
            folder = home / name
            folder.mkdir()
            for file, content in files.items():
                (folder / file).write_bytes(content)
            agents[name] = Agent(folder, team.base, team.longest)
            assert agents[name].hear() == "ready"
            shutil.rmtree(folder)
        yield agents
        for agent in agents.values():
            agent.end()
    finally:
        for agent in agents.values():
            agent.kill()


def test_two_processes_with_a_folder_each_play_as_the_trained_team_does(finished: Finished, tmp_path: Path) -> None:
    with a_process_each(finished, tmp_path) as agents:
        for result in finished.whole:
            env = finished.settings.team_env()
            prompts, _ = env.reset(seed=result.seed, options={"split": result.split, "index": result.index})
            tokens = prompt_tokens = dict.fromkeys(env.possible_agents, 0)
            while env.agents:
                # All think at the same time; none is told what another was asked or said.
                for agent, prompt in prompts.items():
                    agents[agent].ask(prompt)
                answers = {agent: json.loads(agents[agent].hear()) for agent in prompts}
                prompts, *_ = env.step({agent: text for agent, (text, _, _) in answers.items()})
                tokens = {agent: tokens[agent] + said for agent, (_, said, _) in answers.items()}
                prompt_tokens = {agent: prompt_tokens[agent] + read for agent, (_, _, read) in answers.items()}
            assert env.transcript == result.transcript
            assert [turn.score.total for turn in env.turns] == result.rewards
            assert (tokens, prompt_tokens) == (result.tokens, result.prompt_tokens)


def test_an_agents_folder_is_a_voice_and_two_of_them_play_as_the_trained_team_does(finished: Finished) -> None:
    for whole, voices in zip(finished.whole, finished.voices, strict=True):
        assert voices.team.count("=hf:") == 2
        for what in ("transcript", "rewards", "metrics", "tokens", "prompt_tokens", "completions", "cut", "instance"):
            assert getattr(voices, what) == getattr(whole, what), what


def test_the_agents_that_are_compared_differ(finished: Finished) -> None:
    for whole, crossed in zip(finished.whole, finished.crossed, strict=True):
        assert crossed.transcript != whole.transcript
