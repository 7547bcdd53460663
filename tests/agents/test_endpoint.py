"""A voice behind a server: what is asked, what the answers are and cost, keys, addresses."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
import time
from typing import Any

import pytest

from collm_agents.voices import Completion, Speech, make_voice
from collm_agents.voices.endpoint import Endpoint
from collm_envs.core.task import BackendLost
from tests.agents import fake_openai as fake
from tests.agents.fake_openai import (  # noqa: F401  (bare_environment and no_thread_is_left are fixtures for every test here)
    Behaviour,
    FakeServer,
    answer,
    bare_environment,
    message,
    no_thread_is_left,
    raw,
    status,
    voice_at,
)

SECRET = "sk-4f1c-very-secret"


# -- what is asked, and what is answered -------------------------------------------------------------------------------------


def test_an_answer_has_its_text_its_counts_its_time_and_whether_it_was_cut() -> None:
    cut = answer("to be contin", delay=0.1, choices=message("to be contin", "length"))
    with FakeServer([answer("done"), cut]) as server:
        voice = voice_at(server)
        (whole,) = voice.ask(["a"], 0)
        (part,) = voice.ask(["b"], 0)
    assert whole == Completion("done", 7, 11, whole.seconds, False)
    assert part == Completion("to be contin", 7, 11, part.seconds, True)
    assert 0 < whole.seconds < 1
    assert 0.1 <= part.seconds < 1


def test_a_request_is_one_user_message_with_the_settings_and_no_key_unless_there_is_one() -> None:
    with FakeServer() as server:
        voice_at(server, temperature=0).ask(["press red"], 3)
    (asked,) = server.requests
    assert asked["path"] == "/v1/chat/completions"
    assert asked["messages"] == [{"role": "user", "content": "press red"}]
    assert (asked["model"], asked["temperature"], asked["max_tokens"], asked["stream"]) == ("toy", 0, 50, False)
    assert asked["headers"]["content-type"] == "application/json"
    assert asked["headers"]["user-agent"].startswith("collm-envs/")
    assert "authorization" not in asked["headers"]


def test_answers_come_in_the_order_of_the_prompts_whatever_finishes_first() -> None:
    def late_first(handler: fake.Handler) -> None:
        handler.fake.over.wait(0.3 if handler.prompt == "0" else 0)
        answer()(handler)

    with FakeServer(usual=late_first) as server:
        answers = voice_at(server).ask([str(number) for number in range(6)], 0)
    assert [item.text for item in answers] == ["0", "1", "2", "3", "4", "5"]


def test_each_prompt_has_a_seed_of_its_own_which_follows_from_the_seed_and_is_the_same_in_every_attempt() -> None:
    def seeds(seed: int, script: list[Behaviour]) -> list[int]:
        with FakeServer(script) as server:
            voice_at(server, concurrency=1).ask(["same", "same", "same"], seed)
        return [asked["seed"] for asked in server.requests]

    first = seeds(5, [])
    assert len(set(first)) == 3
    assert all(0 <= seed < 2**31 for seed in first)
    assert seeds(5, [status(500)]) == [first[0], *first]
    assert not set(first) & set(seeds(6, []))


@pytest.mark.parametrize("text", ["", "naïve 世界 🏗️", "a\nb\t\x00\x1b[31m", '"quoted" \\ back', "left \ud800 alone", "x" * 200_000])
def test_any_prompt_arrives_as_it_is(text: str) -> None:
    with FakeServer(usual=answer("ok")) as server:
        voice_at(server).ask([text], 0)
    assert server.requests[0]["messages"][0]["content"] == text


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        (message("naïve 世界 🏗️"), "naïve 世界 🏗️"),
        (message("half \ud83d of a pair"), "half \ufffd of a pair"),
        (message(""), ""),
        (message(None, "length"), ""),
        (message(None, reasoning_content="Let me think."), ""),
        (message("blue", reasoning_content="Let me think."), "blue"),
        ([{"message": {"role": "assistant"}}], ""),
    ],
)
def test_the_answer_is_the_content_alone_in_any_script(choices: Any, text: str) -> None:
    with FakeServer([answer("", choices=choices)]) as server:
        (made,) = voice_at(server).ask(["a"], 0)
    assert made.text == text
    assert made.tokens == 7
    assert len(server.requests) == 1


def test_a_server_that_wants_the_other_name_of_the_length_limit_gets_it_from_then_on() -> None:
    strict = status(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
    with FakeServer([strict]) as server:
        voice = voice_at(server)
        voice.ask(["a"], 0)
        voice.ask(["b"], 0)
    assert ["max_completion_tokens" in asked for asked in server.requests] == [False, True, True]
    assert [asked.get("max_tokens") for asked in server.requests] == [50, None, None]
    with FakeServer(usual=strict) as server, pytest.raises(BackendLost, match="HTTP 400 Bad Request: Unsupported"):
        voice_at(server).ask(["a"], 0)
    assert len(server.requests) == 2


def test_without_the_extra_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    monkeypatch.delitem(sys.modules, "collm_agents.voices.endpoint")
    with pytest.raises(ImportError, match=r'the package httpx2: pip install "collm-envs\[endpoint\]"'):
        importlib.import_module("collm_agents.voices.endpoint")


def test_voices_are_made_by_name_with_their_settings() -> None:
    with FakeServer() as server:
        voice = make_voice(f"openai:{server.url}#toy", Speech(temperature=0.2, max_tokens=9, concurrency=3))
        assert voice.name == f"openai:{server.url}#toy"
        voice.ask(["hello"], 0)
        voice.close()
    assert (server.requests[0]["temperature"], server.requests[0]["max_tokens"]) == (0.2, 9)


@pytest.mark.parametrize("tail", ["/", "/chat/completions", "/chat/completions/"])
def test_the_address_may_end_in_a_slash_or_in_the_whole_path(tail: str) -> None:
    with FakeServer() as server:
        voice = Endpoint(server.url + tail, "toy", temperature=0, max_tokens=5)
        voice.ask(["a"], 0)
    assert server.requests[0]["path"] == "/v1/chat/completions"
    assert voice.name == f"openai:{server.url}#toy"


def test_a_call_from_inside_a_running_event_loop_works_as_in_a_notebook() -> None:
    async def cell(server: FakeServer) -> list[Completion]:
        return voice_at(server).ask(["hello"], 0)

    with FakeServer() as server:
        assert asyncio.run(cell(server))[0].text == "hello"


def test_a_server_on_this_machine_is_asked_without_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with FakeServer() as server:
        assert voice_at(server, attempts=1).ask(["hello"], 0)[0].text == "hello"


# -- keys --------------------------------------------------------------------------------------------------------------------


def test_the_key_comes_from_the_environment_where_the_own_name_counts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as server:
        monkeypatch.setenv("OPENAI_API_KEY", f"{SECRET}\n")
        voice_at(server).ask(["a"], 0)
        monkeypatch.setenv("COLLM_API_KEY", "own")
        voice_at(server).ask(["a"], 0)
        voice_at(server, key="given").ask(["a"], 0)
        voice_at(server, key="").ask(["a"], 0)
    sent = [asked["headers"].get("authorization") for asked in server.requests]
    assert sent == [f"Bearer {SECRET}", "Bearer own", "Bearer given", None]


def test_the_key_is_never_shown_not_even_when_the_server_quotes_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told = f"Incorrect API key provided: {SECRET}."
    shown = []
    with FakeServer([raw({"error": "." * 290 + SECRET}, code=400)]) as server, pytest.raises(BackendLost) as lost:
        voice_at(server, key=SECRET).ask(["a"], 0)
    assert "sk-" not in str(lost.value)
    for script in ([status(401, told)], [status(500, told)], [raw(told.encode(), "text/plain")]):
        with FakeServer(script) as server, pytest.raises(BackendLost, match=r"provided: \*\*\*\.") as lost:
            voice_at(server, key=SECRET, attempts=1).ask(["a"], 0)
        shown += [str(lost.value), repr(lost.value), repr(voice_at(server, key=SECRET)), voice_at(server, key=SECRET).name]
    assert SECRET not in "".join(shown) + caplog.text


@pytest.mark.parametrize("key", ["two words", "li\nnes", "ключ", "\x7f"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="characters that no header may have") as refused:
        Endpoint("http://127.0.0.1:8000/v1", "toy", temperature=0, max_tokens=5, key=key)
    assert key not in str(refused.value)


# -- time and concurrency ----------------------------------------------------------------------------------------------------


def test_seconds_are_of_the_request_that_succeeded_without_slots_pauses_and_failures() -> None:
    failed: list[Behaviour] = [status(429, Retry_After="0.3"), fake.hang]
    with FakeServer(failed, answer(delay=0.15)) as server:
        start = time.monotonic()
        answers = voice_at(server, concurrency=1, timeout=0.5).ask(["a", "b", "c"], 0)
        assert time.monotonic() - start >= 0.3 + 0.5 + 3 * 0.15
    assert all(0.15 <= item.seconds < 0.4 for item in answers)


def test_requests_go_out_together_up_to_the_limit_and_not_beyond() -> None:
    # Each waits until four are there, and fails if they do not come.
    together = threading.Barrier(4, timeout=2.0)

    def meet(handler: fake.Handler) -> None:
        try:
            together.wait()
        except threading.BrokenBarrierError:
            status(400, "alone")(handler)
            return
        answer(delay=0.02)(handler)

    with FakeServer(usual=meet) as server:
        answers = voice_at(server, concurrency=4, timeout=10).ask([str(number) for number in range(12)], 0)
    assert [item.text for item in answers] == [str(number) for number in range(12)]
    assert server.most == 4


def test_many_prompts_share_the_connections() -> None:
    ports: set[int] = set()

    def note(handler: fake.Handler) -> None:
        ports.add(handler.client_address[1])
        answer()(handler)

    with FakeServer(usual=note) as server:
        voice_at(server, concurrency=3).ask([str(number) for number in range(60)], 0)
    assert len(ports) <= 3


# -- arguments ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000/v1",
        "ftp://host/v1",
        "http://",
        "http://:80/v1",
        "http://host:0/v1",
        "http://host:99999/v1",
        "http://a b/",
        "http://a\tb/",
        "http://[::1/",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"openai:URL#MODEL|is no address of a server"):
        Endpoint(url, "toy", temperature=0, max_tokens=5)


@pytest.mark.parametrize("url", [f"http://me:{SECRET}@host/v1", f"http://host/v1?key={SECRET}"])
def test_an_address_with_a_secret_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="environment") as refused:
        Endpoint(url, "toy", temperature=0, max_tokens=5)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"max_tokens": 0},
        {"concurrency": 0},
        {"attempts": 0},
        {"timeout": 0.0},
        {"timeout": float("inf")},
        {"pause": 0.0},
    ],
)
def test_numbers_out_of_range_are_refused_by_name(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        Endpoint("http://127.0.0.1:8000/v1", "toy", **{"temperature": 0.0, "max_tokens": 5, **wrong})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="MODEL"):
        Endpoint("http://127.0.0.1:8000/v1", "", temperature=0, max_tokens=5)
