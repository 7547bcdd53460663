"""A model behind a server of the OpenAI protocol (chat completions): vLLM, llama.cpp, ``transformers serve``, or a paid service."""

from __future__ import annotations

import math
import os
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from ipaddress import ip_address
from time import perf_counter
from typing import Any

import numpy as np

from collm_agents.models.base import generator
from collm_agents.voices import KEYS, Completion, endpoint_of
from collm_agents.voices.endpoint_http import LONGEST_BODY, Refused, Reply, Trouble, read_answer, readable, request_body
from collm_envs import __version__
from collm_envs.core.checks import whole
from collm_envs.core.task import BackendLost

try:
    import anyio
    import httpx2
    from anyio.from_thread import start_blocking_portal
except ImportError as error:
    raise ImportError(f'teams behind a server need the package {error.name}: pip install "collm-envs[endpoint]"') from error

_PATH = "/chat/completions"
_LONGEST_PAUSE = 30.0
_HEARD = 1.0


class Endpoint:
    """A :class:`~collm_agents.voices.Voice` that asks a server.

    Each prompt is one request with one user message. What passes is tried again after a pause: statuses 408, 409, 425, 429 and 5xx,
    lost connections, timeouts, and replies that are not whole. The pauses double from ``pause`` seconds to at most 30, each
    shortened by up to half by chance; where the server names a time (``Retry-After``), it is that time, at most 60. A prompt is
    thus settled ``attempts * (timeout + 60)`` seconds after its turn has come, at the latest, and for good: answered, or raised.

    Thinking is the server's business: it should be off, or apart from the answer (``reasoning_content``, which is left out); its
    tokens count as generated. Redirects are not followed. Proxies of the environment are used but for a server on this machine.

    Args:
        url: of the API, ``http://127.0.0.1:8000/v1``, without user, password or query.
        model: as the server calls it.
        temperature: 0 and up.
        max_tokens: longest completion, 1 and up. A server that wants ``max_completion_tokens`` instead gets it.
        concurrency: most requests at a time in one call of :meth:`ask`.
        timeout: seconds for one attempt, from connecting to the last byte.
        attempts: for each prompt, 1 and up.
        key: sent as a bearer token, and never shown; "" for none, None for that of the environment: COLLM_API_KEY or, where it
            is not set, OPENAI_API_KEY.
        pause: seconds before the second attempt, above 0.

    Attributes:
        name: ``openai:URL#MODEL``.

    Raises:
        ValueError, TypeError: for an address or a number that does not fit.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        temperature: float,
        max_tokens: int,
        concurrency: int = 8,
        timeout: float = 120.0,
        attempts: int = 5,
        key: str | None = None,
        pause: float = 0.5,
    ) -> None:
        self._url = _checked(url, model)
        if not 0 <= temperature < math.inf:
            raise ValueError(f"temperature must be 0 or more, got {temperature}")
        for what, seconds in (("timeout", timeout), ("pause", pause)):
            if not 0 < seconds < math.inf:
                raise ValueError(f"{what} must be seconds above 0, got {seconds}")
        self._model = model
        self._temperature = float(temperature)
        self._max_tokens = whole("max_tokens", max_tokens, 1, 10_000_000)
        self._concurrency = whole("concurrency", concurrency, 1, 10_000)
        self._timeout = timeout
        self._attempts = whole("attempts", attempts, 1, 1000)
        self._pause = pause
        self._key = _key(key)
        self._limit = "max_tokens"
        self._trust: ssl.SSLContext | None = None
        self._asking: set[Future[list[Completion]]] = set()
        self.name = f"openai:{self._url}#{model}"

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r})"

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        """The server's answers, in the order of the prompts.

        Prompt i is sent with a seed of its own that follows from ``seed`` and i; whether a server heeds it is the server's matter,
        and few do so for requests they work on together.

        ``seconds`` of an answer runs from sending the attempt that succeeded to the last byte of its reply: connecting, waiting
        for one of ``concurrency`` slots, and attempts that failed are not in it; the server's own queue is.

        An exception from outside, Ctrl-C above all, ends the call at once with every connection closed and no thread left.

        Args:
            prompts: one at least.
            seed: 0 and up.

        Raises:
            Refused: (a BackendLost) if the server will not answer one of the prompts: 400, 401, 403, 404, 422 and their like.
            BackendLost: if a prompt has no answer after all attempts, or the voice was closed; the others are given up, too.
        """
        # The loop has a thread of its own: a notebook's thread, say, has one running, and can have no other.
        with start_blocking_portal(name="collm-endpoint") as portal:
            future: Future[list[Completion]] = portal.start_task_soon(self._ask, tuple(prompts), seed)
            self._asking.add(future)
            try:
                # Not without end: an interrupt that comes just before a wait is heard only after it.
                while not wait([future], _HEARD).done:
                    pass
                return future.result()
            except CancelledError:
                raise BackendLost(f"{self.name}: closed before it had answered") from None
            finally:
                self._asking.discard(future)

    def close(self) -> None:
        """End every call of :meth:`ask` that other threads wait for; they raise BackendLost. The voice can be asked again."""
        for future in tuple(self._asking):
            future.cancel()

    async def _ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        answers: dict[int, Completion] = {}
        lost: list[BackendLost] = []
        slots = anyio.CapacityLimiter(self._concurrency)

        async def answer(number: int) -> None:
            async with slots:
                try:
                    answers[number] = await self._persist(client, prompts[number], generator(seed, (number,)))
                except BackendLost as error:
                    lost.append(error)
                    group.cancel_scope.cancel()

        async with self._client() as client, anyio.create_task_group() as group:
            for number in range(len(prompts)):
                group.start_soon(answer, number)
        if lost:
            raise lost[0]
        return [answers[number] for number in range(len(prompts))]

    def _client(self) -> httpx2.AsyncClient:
        if self._url.startswith("https:") and self._trust is None:
            self._trust = httpx2.create_ssl_context()  # a tenth of a second, for all certificates of the system
        return httpx2.AsyncClient(
            headers=self._headers(),
            verify=self._trust or False,  # False for plain http alone, which has nothing to verify
            follow_redirects=False,
            timeout=None,  # _attempt has one for all phases together, which no trickle of bytes extends
            limits=httpx2.Limits(max_connections=self._concurrency, max_keepalive_connections=self._concurrency),
            trust_env=not _is_here(self._url),
        )

    def _headers(self) -> dict[str, str]:
        # Not compressed: a few bytes that unpack to gigabytes would pass the limit on what is read.
        fixed = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return {**fixed, **key, "User-Agent": f"collm-envs/{__version__}"}

    async def _persist(self, client: httpx2.AsyncClient, prompt: str, chance: np.random.Generator) -> Completion:
        """The answer to one prompt, in as many attempts as it takes."""
        seed = int(chance.integers(2**31))
        for attempt in range(1, self._attempts + 1):
            limit = self._limit
            body = request_body(self._model, prompt, self._temperature, limit, self._max_tokens, seed)
            try:
                return await self._attempt(client, body)
            except Trouble as error:
                if attempt == self._attempts:
                    times = "1 attempt" if attempt == 1 else f"{attempt} attempts, the last one"
                    raise BackendLost(f"{self.name}: no answer in {times}: {error}") from None
                pause = min(self._pause * 2.0 ** (attempt - 1), _LONGEST_PAUSE) * (1 - chance.random() / 2)
                await anyio.sleep(pause if error.wait is None else error.wait)
            except Refused as error:
                # Newer models of OpenAI know the limit by this name alone, other servers by the old one.
                if attempt == self._attempts or limit != "max_tokens" or "max_completion_tokens" not in str(error):
                    raise Refused(f"{self.name}: {error}") from None
                self._limit = "max_completion_tokens"
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, client: httpx2.AsyncClient, body: bytes) -> Completion:
        sent = math.nan

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            nonlocal sent
            if event == "http11.send_request_headers.started":
                sent = perf_counter()

        try:
            with anyio.fail_after(self._timeout):
                async with client.stream("POST", self._url + _PATH, content=body, extensions={"trace": trace}) as response:
                    content = await _bounded(response)
        except TimeoutError:
            raise Trouble(f"no whole reply in {self._timeout:g} s") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Trouble(
                f"the connection failed: {readable(str(error), self._key) or 'no reason given'} ({type(error).__name__})"
            ) from error
        seconds = perf_counter() - sent
        headers = response.headers
        reply = Reply(
            status=response.status_code,
            content_type=headers.get("content-type", ""),
            retry_after=headers.get("retry-after", ""),
            location=headers.get("location", ""),
            body=content,
            secret=self._key,
        )
        answer = read_answer(reply)
        return Completion(answer.text, answer.tokens, answer.prompt_tokens, seconds, answer.cut)


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LONGEST_BODY:
            raise Trouble(f"the reply has more than {LONGEST_BODY >> 20} MiB")
    return bytes(body)


def _checked(text: str, model: str) -> str:
    url, _ = endpoint_of(f"openai:{text}#{model}")
    try:
        good = url.isprintable() and " " not in url and bool(httpx2.URL(url).host)
    except httpx2.InvalidURL:
        good = False
    if not good:
        raise ValueError(f"{url!r} is no address of a server")
    return url.rstrip("/").removesuffix(_PATH)


def _key(given: str | None) -> str:
    if given is None:
        # This project's own name counts before the one that other programs read, too.
        given = os.environ.get("COLLM_API_KEY") or os.environ.get("OPENAI_API_KEY") or ""
    key = given.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(f"the key of {' or '.join(KEYS)} has characters that no header may have")
    return key


def _is_here(url: str) -> bool:
    host = httpx2.URL(url).host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
