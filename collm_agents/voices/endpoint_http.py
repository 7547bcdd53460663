"""What crosses the wire between an endpoint voice and a server of the OpenAI protocol: requests, and replies read with suspicion.

Nothing here connects to anything. A reply is an answer (:func:`read_answer`), or it is :class:`Trouble`, which passes if one waits,
or :class:`Refused`, which does not.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from collm_envs.core.prompting import printable, quotable
from collm_envs.core.task import BackendLost

LONGEST_BODY = 8 << 20
"""Bytes of a reply that are read; an answer of 30 000 tokens with its envelope has less than a twentieth of it."""

LONGEST_MESSAGE = 300
"""Characters of a server's own words in an error."""

LONGEST_WAIT = 60.0
"""Seconds before the next attempt, whatever a server asks for."""

_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class Refused(BackendLost):
    """A server understood the request and will not answer it however often it is asked; the message has its reason."""


class Trouble(Exception):
    """An attempt failed in a way that may pass.

    Attributes:
        wait: seconds that the server asks to wait, at most :data:`LONGEST_WAIT`; None if it does not say.
    """

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Reply(NamedTuple):
    """What a server sent back, at most :data:`LONGEST_BODY` bytes of it.

    Attributes:
        status: of HTTP.
        content_type: the header's text, "" if there is none.
        retry_after: the header's text, "" if there is none.
        location: where a redirect points to, "" if nowhere.
        body: the bytes.
        secret: what no message may quote, "" for nothing: servers repeat the key that they refuse.
    """

    status: int
    content_type: str
    retry_after: str
    location: str
    body: bytes
    secret: str = ""


class Answer(NamedTuple):
    """What a reply says.

    Attributes:
        text: the completion; what a server gives as reasoning apart from it is left out.
        tokens: generated, as the server counts them: reasoning included, with most servers the end token, too.
        prompt_tokens: of the prompt as the model read it.
        cut: whether the length limit ended it.
    """

    text: str
    tokens: int
    prompt_tokens: int
    cut: bool


def request_body(model: str, prompt: str, temperature: float, limit: str, max_tokens: int, seed: int) -> bytes:
    """A request for one completion as JSON in plain ASCII, which carries any str; ``limit`` is the name of the length limit."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "temperature": temperature,
        limit: max_tokens,
        "seed": seed,
        "stream": False,
    }
    return json.dumps(body).encode("ascii")


def read_answer(reply: Reply) -> Answer:
    """The answer that a reply holds.

    A null ``content`` is an empty answer: servers send it where reasoning took all tokens. Counts are never guessed, since cost is
    a result: a reply without ``usage``, or with no tokens for some text, is none.

    Raises:
        Trouble: for a status that passes (408, 409, 425, 429, 5xx) and for whatever is not a whole reply of the protocol.
        Refused: for all other statuses but 2xx.
    """
    if not 200 <= reply.status < 300:
        raise _failure(reply)
    kind = reply.content_type.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Trouble(f"the reply is {readable(kind, reply.secret)}, not JSON: {_message(reply)}")
    try:
        data = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise Trouble(f"the reply is no JSON ({readable(str(error), reply.secret)}): {_message(reply)}") from error
    choice = _first(_inside(data, "choices"))
    message = _inside(choice, "message")
    if not isinstance(message, dict):
        raise Trouble(f"the reply has no choices: {_message(reply)}")
    text = message.get("content")
    if text is not None and not isinstance(text, str):
        raise Trouble(f"the reply's content is of the type {type(text).__name__}, not text")
    tokens, prompt_tokens = (_inside(_inside(data, "usage"), name) for name in ("completion_tokens", "prompt_tokens"))
    if not _is_count(tokens) or not _is_count(prompt_tokens) or (text and tokens == 0):
        raise Trouble("the reply has no token counts (usage), without which its cost is unknown; have the server send them")
    return Answer(quotable(text or ""), tokens, prompt_tokens, _inside(choice, "finish_reason") == "length")


def _inside(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def _first(data: Any) -> Any:
    return data[0] if isinstance(data, list) and data else None


def _is_count(data: Any) -> bool:
    return isinstance(data, int) and not isinstance(data, bool) and data >= 0


def _failure(reply: Reply) -> Exception:
    what = f"HTTP {reply.status}"
    if reply.status in [status.value for status in HTTPStatus]:
        what += f" {HTTPStatus(reply.status).phrase}"
    if message := _message(reply):
        what += f": {message}"
    if reply.status >= 500 or reply.status in _PASSING:
        return Trouble(what, wait_asked(reply.retry_after))
    if 300 <= reply.status < 400:
        where = readable(reply.location, reply.secret) or "nowhere"
        return Refused(
            f"{what} (it redirects to {where}; redirects are not followed, so that a key stays with the server it is for)"
        )
    if reply.status == HTTPStatus.NOT_FOUND:
        return Refused(f"{what} (is the model's name right, and the address whole, as in http://127.0.0.1:8000/v1?)")
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Refused(f"{what} (the key is read from COLLM_API_KEY or OPENAI_API_KEY)")
    return Refused(what)


def wait_asked(header: str, now: datetime | None = None) -> float | None:
    """The seconds of a ``Retry-After`` header, a number or a date (RFC 9110, 10.2.3), in [0, LONGEST_WAIT]; None if it has none."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
        seconds = (aware - (now or datetime.now(timezone.utc))).total_seconds()
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)


def _message(reply: Reply) -> str:
    """What a server says went wrong: the message where servers have it in JSON, or else the beginning of the body."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return readable(reply.body.decode("utf-8", "replace"), reply.secret)
    for name in ("error", "message", "detail"):
        inner = _inside(found, name)
        found = found if inner is None else inner
    return readable(found if isinstance(found, str) else json.dumps(found), reply.secret)


def readable(text: str, secret: str) -> str:
    """Foreign words as one printable line of at most :data:`LONGEST_MESSAGE` characters, without the secret."""
    # It goes first: a part of it that a cut leaves would not be known for what it is.
    open_text = text.replace(secret, "***") if secret else text
    line = " ".join(printable(open_text[: 8 * LONGEST_MESSAGE]).split())
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 3]}..."
