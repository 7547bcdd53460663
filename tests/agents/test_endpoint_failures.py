"""A voice behind a server that fails: what is tried again, what is not, and how a call ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

import pytest

from collm_agents.voices import Completion, endpoint
from collm_agents.voices.endpoint import Endpoint
from collm_agents.voices.endpoint_http import Refused, wait_asked
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
    reply,
    status,
    voice_at,
)

SECRET = "sk-4f1c-very-secret"


# -- what passes -------------------------------------------------------------------------------------------------------------


PASSING: dict[str, Behaviour] = {
    **{f"status {code}": status(code) for code in (408, 409, 425, 429, 500, 501, 502, 503, 504, 529)},
    "429 with an unreadable time": status(429, Retry_After="soon"),
    "500 in HTML": raw(b"<html><h1>Oops</h1>", "text/html", 500),
    "200 in HTML": raw(b"<html>log in first</html>", "text/html"),
    "JSON under a wrong type": raw(reply("good"), "text/plain"),
    "HTML under the right type": raw(b"<html>log in first</html>"),
    "an empty body": raw(b""),
    "no content": raw(b"", None, 204),
    "half of the JSON": raw(json.dumps(reply("half of it")).encode()[:60]),
    "JSON deeper than the stack": raw(b"[" * 200_000),
    "a number too long": raw(b"9" * 20_000),
    "bytes that are no text": raw(b'{"choices": "\xff\xfe"}'),
    "a list": raw([1]),
    "null": raw(None),
    "an error under 200": raw({"error": {"message": "the engine is loading"}}),
    "no choices": raw(reply("x", choices=[])),
    "choices that are no list": raw(reply("x", choices={"0": 1})),
    "a choice that is no object": raw(reply("x", choices=["x"])),
    "no message": raw(reply("x", choices=[{"index": 0}])),
    "content in parts": raw(reply("x", choices=message([{"type": "text", "text": "x"}]))),
    "no usage": raw(reply("x", usage=None)),
    "empty usage": raw(reply("x", usage={})),
    "usage that is no object": raw(reply("x", usage=[7])),
    "no prompt tokens": raw(reply("x", usage={"completion_tokens": 7})),
    "null counts": raw(reply("x", usage={"completion_tokens": None, "prompt_tokens": None})),
    "negative counts": raw(reply("x", usage={"completion_tokens": -1, "prompt_tokens": 3})),
    "counts that are not whole": raw(reply("x", usage={"completion_tokens": 7.5, "prompt_tokens": 3})),
    "counts that are truth values": raw(reply("x", usage={"completion_tokens": True, "prompt_tokens": 3})),
    "some text of no tokens": raw(reply("x", usage={"completion_tokens": 0, "prompt_tokens": 3})),
    "compressed rubbish": raw(b"no gzip", Content_Encoding="gzip"),
    "a reset in the middle": fake.reset,
    "an end in the middle": fake.cut_off,
    "an end before the reply": fake.hang_up,
    "another protocol": fake.not_http,
}


@pytest.mark.parametrize("trouble", PASSING)
def test_no_answer_is_lost_to_a_trouble_that_passes(trouble: str) -> None:
    with FakeServer([PASSING[trouble], PASSING[trouble]], answer("at last")) as server:
        (made,) = voice_at(server).ask(["a"], 0)
    assert made == Completion("at last", 7, 11, made.seconds, False)
    assert len(server.requests) == 3


@pytest.mark.parametrize("trouble", PASSING)
def test_a_trouble_that_does_not_pass_ends_in_one_printable_line_with_what_happened(trouble: str) -> None:
    with FakeServer(usual=PASSING[trouble]) as server, pytest.raises(BackendLost) as lost:
        voice_at(server, attempts=2).ask(["a"], 0)
    assert not isinstance(lost.value, Refused)
    assert f"{server.url}#toy: no answer in 2 attempts, the last one: " in str(lost.value)
    assert str(lost.value).isprintable()
    assert len(str(lost.value)) < 600
    assert len(server.requests) == 2


@pytest.mark.parametrize("slow", [fake.hang, fake.drip])
def test_an_attempt_has_a_time_limit_for_all_it_does(slow: Behaviour) -> None:
    with FakeServer([slow], answer("at last")) as server:
        start = time.monotonic()
        (made,) = voice_at(server, timeout=0.3).ask(["a"], 0)
        assert time.monotonic() - start < 1.5
    assert made.text == "at last"
    with FakeServer(usual=slow) as server, pytest.raises(BackendLost, match=r"no whole reply in 0\.2 s"):
        voice_at(server, timeout=0.2, attempts=2).ask(["a"], 0)


def test_a_body_without_end_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LONGEST_BODY", 1 << 20)
    with FakeServer([fake.endless], answer("at last")) as server:
        assert voice_at(server).ask(["a"], 0)[0].text == "at last"
    with FakeServer(usual=fake.endless) as server, pytest.raises(BackendLost, match="more than 1 MiB"):
        voice_at(server, attempts=1).ask(["a"], 0)


def test_a_server_that_is_not_there_is_named_with_the_reason() -> None:
    with FakeServer() as server:
        pass
    with pytest.raises(BackendLost, match=r"no answer in 2 attempts, the last one: the connection failed: .*\(ConnectError\)"):
        voice_at(server, attempts=2).ask(["a"], 0)


def test_a_plain_server_asked_over_tls_is_a_failed_connection() -> None:
    with FakeServer() as server, pytest.raises(BackendLost, match="the connection failed"):
        Endpoint(server.url.replace("http:", "https:"), "toy", temperature=0, max_tokens=5, attempts=1, timeout=2).ask(["a"], 0)


def test_pauses_double_up_to_a_limit_vary_by_chance_and_follow_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(endpoint.anyio, "sleep", note)

    def paused(seed: int) -> list[float]:
        pauses.clear()
        with FakeServer(usual=status(503)) as server, pytest.raises(BackendLost):
            voice_at(server, pause=0.5, attempts=10).ask(["a"], seed)
        return list(pauses)

    first = paused(1)
    most = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert len(first) == 9
    assert all(longest / 2 <= pause <= longest for pause, longest in zip(first, most))
    assert paused(1) == first
    assert paused(2) != first


@pytest.mark.parametrize("code", [429, 503])
def test_the_time_that_a_server_asks_for_is_waited(code: int) -> None:
    with FakeServer([status(code, Retry_After="0.4"), status(code, Retry_After="0")]) as server:
        start = time.monotonic()
        voice_at(server, pause=5.0).ask(["a"], 0)
        assert time.monotonic() - start < 2
    gaps = [later["time"] - earlier["time"] for earlier, later in pairwise(server.requests)]
    assert gaps[0] >= 0.4
    assert gaps[1] < 0.4


def test_times_to_wait_are_numbers_or_dates_and_never_long() -> None:
    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
    assert wait_asked("7", now) == 7
    assert wait_asked("Thu, 01 Jan 2026 12:00:20 GMT", now) == 20
    assert wait_asked("Thu, 01 Jan 2026 12:00:20 -0000", now) == 20
    assert wait_asked("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0
    assert wait_asked("-3", now) == 0
    assert [wait_asked(text, now) for text in ("86400", "1e999", "Fri, 02 Jan 2026 12:00:00 GMT")] == [60, 60, 60]
    assert [wait_asked(text, now) for text in ("", "soon", "nan", "Thu, 99 Foo")] == [None] * 4


# -- what does not pass ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 413, 422, 451])
def test_a_refusal_is_raised_at_once_with_the_words_of_the_server(code: int) -> None:
    with FakeServer([status(code, "the model `toy` is\nnot\x1b[31m for you")]) as server, pytest.raises(Refused) as refused:
        voice_at(server).ask(["a"], 0)
    assert len(server.requests) == 1
    assert f"HTTP {code}" in str(refused.value)
    assert "the model `toy` is not\ufffd[31m for you" in str(refused.value)
    assert str(refused.value).isprintable()
    assert isinstance(refused.value, BackendLost)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "too long"}}, "too long"),
        ({"error": "too long"}, "too long"),
        ({"object": "error", "message": "too long", "code": 400}, "too long"),
        ({"detail": [{"loc": ["body"], "msg": "too long"}]}, '[{"loc": ["body"], "msg": "too long"}]'),
        ({"reason": "too long"}, '{"reason": "too long"}'),
        (b"too <b>long</b>", "too <b>long</b>"),
        (b"too \xff long", "too \ufffd long"),
        ({"error": {"message": "too long " * 100_000}}, "too long too long"),
        (b"too long " * 100_000, "too long too long"),
    ],
)
def test_the_words_of_a_server_are_found_where_servers_have_them_and_are_kept_short(body: Any, words: str) -> None:
    with FakeServer([raw(body, code=400)]) as server, pytest.raises(Refused) as refused:
        voice_at(server).ask(["a"], 0)
    assert str(refused.value).startswith(f"openai:{server.url}#toy: HTTP 400 Bad Request: {words}")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_no_key_goes_elsewhere(code: int) -> None:
    with FakeServer() as elsewhere, FakeServer() as server:
        place = elsewhere.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        server.script.append(raw(b"", None, code, Location=place))
        with pytest.raises(Refused, match="redirects to http://localhost:"):
            voice_at(server, key=SECRET).ask(["a"], 0)
    assert len(server.requests) == 1
    assert elsewhere.requests == []


def test_one_prompt_without_an_answer_ends_all_at_once() -> None:
    def choosy(handler: fake.Handler) -> None:
        (status(500, "no good") if handler.prompt == "bad" else fake.hang)(handler)

    with FakeServer(usual=choosy) as server:
        start = time.monotonic()
        with pytest.raises(BackendLost, match=r"no answer in 3 attempts, the last one: HTTP 500 Internal Server Error: no good"):
            voice_at(server, attempts=3, timeout=30).ask(["a", "bad", "b", *"cdefghij"], 0)
        assert time.monotonic() - start < 2
    assert len([asked for asked in server.requests if asked["messages"][0]["content"] == "bad"]) == 3


# -- how it ends -------------------------------------------------------------------------------------------------------------


def test_closing_ends_a_call_that_waits_and_the_voice_can_be_asked_again() -> None:
    ends: list[BaseException] = []
    with FakeServer([fake.hang] * 3) as server:
        voice = voice_at(server, timeout=30)

        def wait() -> None:
            try:
                voice.ask(["a", "b", "c"], 0)
            except BackendLost as error:
                ends.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        server.wait_until(lambda: server.inside == 3)
        voice.close()
        waiting.join(2.0)
        assert not waiting.is_alive()
        assert "closed before it had answered" in str(ends[0])
        assert voice.ask(["again"], 0)[0].text == "again"
        voice.close()


INTERRUPTED = """
import sys, threading, time
from collm_agents.voices.endpoint import Endpoint
try:
    Endpoint(sys.argv[1], "toy", temperature=0, max_tokens=5, timeout=60, key="").ask(list("abcdefghijkl"), 0)
except KeyboardInterrupt:
    print("interrupted with", threading.active_count(), "thread")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("state", ["no reply", "a pause"])
def test_an_interrupt_ends_a_call_at_once_and_leaves_no_thread(state: str) -> None:
    behaviour = fake.hang if state == "no reply" else status(503, Retry_After="50")
    with FakeServer(usual=behaviour) as server:
        child = subprocess.Popen([sys.executable, "-c", INTERRUPTED, server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            server.wait_until(lambda: len(server.requests) == 8, 20)
            start = time.monotonic()
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=5)
        finally:
            child.kill()
            child.wait()
        assert time.monotonic() - start < 2
    assert (out.decode().split(), err) == (["interrupted", "with", "1", "thread"], b"")
    assert child.returncode == 0
    assert len(server.requests) == 8
