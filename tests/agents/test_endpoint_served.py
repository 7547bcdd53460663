"""A voice behind a real server of the protocol, ``transformers serve``, with a tiny model."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from collm_agents.__main__ import main
from collm_agents.records import read_results
from collm_agents.voices.endpoint import Endpoint
from collm_agents.voices.endpoint_http import Refused
from tests.agents.fake_openai import bare_environment, no_thread_is_left  # noqa: F401  (fixtures for every test here)
from tests.agents.lm import make_model, make_team, make_tokenizer

pytestmark = pytest.mark.slow
for package in ("fastapi", "uvicorn", "openai"):
    pytest.importorskip(package)

PROMPTS = ["press red", "press blue\npress green", "wait", "The door opens when both press the same button.", "naïve 世界"]


MERGE = """
import sys
from peft import PeftConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

folder, out = sys.argv[1:]
base = AutoModelForCausalLM.from_pretrained(PeftConfig.from_pretrained(folder).base_model_name_or_path, dtype="float32")
model = PeftModel.from_pretrained(base, folder).merge_and_unload()
model.generation_config = GenerationConfig.from_pretrained(folder)
model.save_pretrained(out)
AutoTokenizer.from_pretrained(folder).save_pretrained(out)
"""


def make_served(folder: Path, **changes: int) -> Path:
    """A random model whose tokenizer says where its answers begin and end: servers take them out of the whole text."""
    tokenizer = make_tokenizer()
    content = {"close_pattern": r"<\|end\|>|<\|stop\|>", "content": "text"}
    anchor = "<|start|>assistant\n<no_think>"
    tokenizer.response_template = {"defaults": {"role": "assistant"}, "start_anchor": anchor, "fields": {"content": content}}
    return make_model(folder, tokenizer=tokenizer, seed=7, **changes)  # one that ends some answers, not all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that samples."""
    made = make_served(tmp_path_factory.mktemp("served"))
    settings = made / "generation_config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "do_sample": True}))
    return made


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(folder, tmp_path_factory.mktemp("log") / "serve.txt") as address:
        yield address


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    words += ["--chat-template-kwargs", json.dumps({"enable_thinking": False})]
    program = [sys.executable, "-c", "import sys; from transformers.cli.transformers import main; sys.exit(main())", *words]
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("wb") as out:
        server = subprocess.Popen(
            program, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **quiet}, start_new_session=True
        )
    try:
        end = time.monotonic() + 120
        while True:
            assert (server.poll(), time.monotonic() < end) == (None, True), log.read_text(errors="replace")[-3000:]
            try:
                httpx2.get(f"http://127.0.0.1:{port}/health", trust_env=False).raise_for_status()
                break
            except httpx2.HTTPError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.mark.usefixtures("one_thread")
def test_the_likeliest_answers_of_a_served_model_and_their_counts_are_those_of_the_model_itself(url: str, folder: Path) -> None:
    from collm_agents.voices.local import LocalVoice

    served = Endpoint(url, str(folder), temperature=0, max_tokens=40).ask(PROMPTS, 0)
    here = LocalVoice(str(folder), temperature=0, max_tokens=40, device="cpu").ask(PROMPTS, 0)
    for far, near in zip(served, here):
        # The server trims what it takes out.
        assert (far.text, far.tokens, far.prompt_tokens) == (near.text.strip(), near.tokens, near.prompt_tokens)
        assert far.cut == near.cut
        assert 0 < far.seconds < 60
    assert len({item.text for item in served}) > 1
    assert {item.cut for item in served} == {True, False}


def test_a_served_model_heeds_the_seed(url: str, folder: Path) -> None:
    voice = Endpoint(url, str(folder), temperature=1.0, max_tokens=20, concurrency=1)
    first = [item.text for item in voice.ask(["press red", "press red"], 1)]
    assert [item.text for item in voice.ask(["press red", "press red"], 1)] == first
    assert first[0] != first[1]
    assert [item.text for item in voice.ask(["press red", "press red"], 2)] != first


def test_a_path_that_the_server_does_not_know_is_refused_with_a_hint(url: str, folder: Path) -> None:
    with pytest.raises(Refused, match=r"HTTP 404 Not Found: Not Found \(is the model's name right, and the address whole"):
        Endpoint(url.removesuffix("/v1"), str(folder), temperature=0, max_tokens=5).ask(["a"], 0)


def test_a_model_that_the_server_does_not_have_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="HTTP 4"):
        Endpoint(url, "no/such-model", temperature=0, max_tokens=5).ask(["a"], 0)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_a_team_of_adapters_plays_behind_a_server_for_each_agent_as_it_plays_here(tmp_path: Path) -> None:
    agents = ("relay_0", "relay_1")
    team = make_team(make_served(tmp_path / "base", max_position_embeddings=4096), agents)
    for agent in agents:
        team.save(agent, tmp_path / "agents" / agent)
        # The server reads whole models alone.
        merge = [sys.executable, "-c", MERGE, str(tmp_path / "agents" / agent), str(tmp_path / agent)]
        subprocess.run(merge, check=True, capture_output=True, timeout=240)
    words = ["eval", "relay", "--episodes", "3", "--set", "max_cycles=2", "--temperature", "0", "--max-tokens", "12", "--team"]
    here = ",".join(f"{agent}=hf:{tmp_path}/agents/{agent}" for agent in agents)
    assert main([*words, here, "--out", str(tmp_path / "here")]) == 0
    logs = [tmp_path / f"{agent}.txt" for agent in agents]
    with serving(tmp_path / "relay_0", logs[0]) as one, serving(tmp_path / "relay_1", logs[1]) as other:
        there = f"relay_0=openai:{one}#{tmp_path}/relay_0,relay_1=openai:{other}#{tmp_path}/relay_1"
        assert main([*words, there, "--out", str(tmp_path / "there")]) == 0
    answers = []
    for near, far in zip(read_results(tmp_path / "here"), read_results(tmp_path / "there"), strict=True):
        for turn, same in zip(near.transcript, far.transcript, strict=True):
            answers += list(turn["actions"].values())
            # The server trims what it takes out.
            assert {agent: text.strip() for agent, text in turn["actions"].items()} == same["actions"]
        assert (near.rewards, near.tokens, near.prompt_tokens, near.cut) == (far.rewards, far.tokens, far.prompt_tokens, far.cut)
        assert "httpx2" in far.versions
    assert len(set(answers)) > 2
