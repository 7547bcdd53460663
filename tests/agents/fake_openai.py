"""A server of the OpenAI protocol that misbehaves on demand, on a free port of this machine."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from collm_agents.voices.endpoint import Endpoint

Behaviour = Callable[["Handler"], None]
"""What a request meets; it sends a reply or leaves it."""


class _Server(ThreadingHTTPServer):
    """One that does not complain on the test's standard error of clients that went away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FakeServer:
    """Serves while its ``with`` block runs.

    Args:
        script: what the first requests meet, in the order in which they come; each further one is answered by ``usual``.
        usual: by default an answer that repeats the prompt.

    Attributes:
        url: of the API.
        requests: of each request its JSON body, with ``headers`` (names in lower case) and ``time`` added.
        most: how many requests were there at once, at most.
        inside: how many there are now.
        over: set when the server stops; behaviours that wait, wait for it.
    """

    def __init__(self, script: Iterable[Behaviour] = (), usual: Behaviour | None = None) -> None:
        self.script = list(script)
        self.usual = usual or answer()
        self.requests: list[dict[str, Any]] = []
        self.inside = 0
        self.most = 0
        self.over = threading.Event()
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.request_queue_size = 128
        self._server.fake = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.wait_until(lambda: self.inside == 0)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "the server waited in vain"
            time.sleep(0.005)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        fake = self.fake
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with fake.lock:
            behaviour = fake.script.pop(0) if fake.script else fake.usual
            fake.inside += 1
            fake.most = max(fake.most, fake.inside)
            self.asked = {**body, "headers": headers, "time": time.monotonic(), "path": self.path}
            fake.requests.append(self.asked)
        try:
            behaviour(self)
        except OSError:  # the client is gone, which is what some tests are about
            self.close_connection = True
        finally:
            with fake.lock:
                fake.inside -= 1

    def do_GET(self) -> None:
        """What a client that follows a redirect of a POST would ask."""
        with self.fake.lock:
            self.fake.requests.append({"headers": dict(self.headers.items()), "path": self.path})
        self.send(200, b"{}")

    def log_message(self, *_: object) -> None:
        pass

    @property
    def fake(self) -> FakeServer:
        return self.server.fake  # type: ignore[attr-defined, no-any-return]

    @property
    def prompt(self) -> str:
        (message,) = self.asked["messages"]
        assert message["role"] == "user"
        return str(message["content"])

    def send(
        self, code: int, body: bytes, kind: str | None = "application/json", length: int | None = None, **headers: str
    ) -> None:
        """A whole reply; with ``length``, one that promises more bytes than it has."""
        self.send_response(code)
        if kind is not None:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


def reply(text: str | None, **changes: Any) -> dict[str, Any]:
    """A reply of the protocol; ``changes`` replace its top fields, and leave out those that are None."""
    full = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "toy",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        **changes,
    }
    return {name: value for name, value in full.items() if value is not None}


def answer(text: str | None = None, delay: float = 0.0, **changes: Any) -> Behaviour:
    """A good answer after ``delay`` seconds: ``text``, or the prompt repeated."""

    def behave(handler: Handler) -> None:
        handler.fake.over.wait(delay)
        handler.send(200, json.dumps(reply(handler.prompt if text is None else text, **changes)).encode())

    return behave


def raw(body: bytes | Any, kind: str | None = "application/json", code: int = 200, **headers: str) -> Behaviour:
    """Any reply; what is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler: handler.send(code, data, kind, **headers)


def status(code: int, message: str = "not now", **headers: str) -> Behaviour:
    """An error as the protocol spells it."""
    return raw({"error": {"message": message, "type": "some_error", "code": None}}, code=code, **headers)


def hang(handler: Handler) -> None:
    """No reply at all."""
    handler.fake.over.wait(20)


def drip(handler: Handler) -> None:
    """A good reply, a byte every 20 ms: no single wait is long."""
    body = json.dumps(reply("slow")).encode()
    handler.send(200, b"", length=len(body))
    for byte in body:
        handler.wfile.write(bytes([byte]))
        if handler.fake.over.wait(0.02):
            return


def endless(handler: Handler) -> None:
    """A body without end, as fast as it goes."""
    handler.send(200, b"", length=1 << 40)
    while not handler.fake.over.is_set():
        handler.wfile.write(b" " * (1 << 16))


def hang_up(handler: Handler) -> None:
    """The connection closes before any reply."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def reset(handler: Handler) -> None:
    """The connection is reset in the middle of a good reply."""
    body = json.dumps(reply("half of it")).encode()
    handler.send(200, body[: len(body) // 2], length=len(body))
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def cut_off(handler: Handler) -> None:
    """The connection closes in good order in the middle of a good reply."""
    body = json.dumps(reply("half of it")).encode()
    handler.send(200, body[: len(body) // 2], length=len(body))
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def not_http(handler: Handler) -> None:
    handler.wfile.write(b"\x00\xffwhat is this\r\n\r\n")
    handler.close_connection = True


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keys nor proxies; modules that import this have it for all their tests."""
    for name in ("COLLM_API_KEY", "OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """As above: whatever a test does, nothing of its voices runs on."""
    yield
    assert not [thread.name for thread in threading.enumerate() if "collm" in thread.name]


def voice_at(server: FakeServer, **changes: Any) -> Endpoint:
    """A voice in a hurry."""
    return Endpoint(server.url, "toy", **{"temperature": 0.7, "max_tokens": 50, "pause": 0.01, "timeout": 2.0, **changes})


def message(text: Any, finish: str = "stop", **more: Any) -> list[dict[str, Any]]:
    """The choices of a reply."""
    return [{"index": 0, "message": {"role": "assistant", "content": text, **more}, "finish_reason": finish}]
