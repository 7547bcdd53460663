"""Requests to the bots of a plot that travel together, and what they come to: one round trip for a whole turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from collm_envs.minecraft.server.bridge import Bridge
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.plots import Plot
from collm_envs.minecraft.world import Box

Answers = dict[str, Any]
"""What requests came to, by their labels."""

_REFUSED = re.compile(r"unknown (or incomplete )?command|permission|not permitted|not allowed to", re.IGNORECASE)
_HARMLESS = re.compile(r"could not set the block|no blocks were filled|no entity was found", re.IGNORECASE)


class Batch:
    """Requests in order, each with a label.

    Args:
        plot: whose bots they are for.
        settle: seconds that the server is given after commands, until all of the bots have been told of them.
    """

    def __init__(self, plot: Plot, settle: float = 0.0) -> None:
        self._plot = plot
        self._settle_ms = round(1000 * settle)
        self._labels: list[str] = []
        self._requests: list[dict[str, Any]] = []

    def act(self, label: str, *steps: tuple[str, Iterable[str]]) -> None:
        """Let bots say commands, one bot after the other; bots without any are passed over."""
        said = [(bot, list(commands)) for bot, commands in steps]
        listed = [{"bot": bot, "commands": commands} for bot, commands in said if commands]
        if listed:
            self._add(label, "act", steps=listed, settle_ms=self._settle_ms)

    def read(self, label: str, box: Box, height: int = 0) -> None:
        """Read a box that begins some cells above the ground."""
        self._add(label, "read", corner=list(self._plot.place((0, height, 0))), size=[box.width, box.height, box.depth])

    def state(self, label: str) -> None:
        """Look at the bots."""
        self._add(label, "state")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._labels.append("")
        self._requests.append({"op": "wait", "ms": round(1000 * seconds)})

    def submit(self, bridge: Bridge, timeout: float) -> Callable[[], Answers]:
        """Send everything; the returned function waits for the answers, ``timeout`` seconds at most.

        Raises:
            ServerError: in the returned function too; also if the server does not take commands from the bots.
        """
        for request in self._requests:
            request["timeout_ms"] = round(1000 * timeout)
        waiter = bridge.submit("batch", timeout, requests=self._requests)

        def answers() -> Answers:
            try:
                found = dict(zip(self._labels, waiter()))
            except ServerError as error:
                if "operator" in str(error):
                    raise not_operator(self._plot, str(error)) from error
                raise
            for label in found:
                self._check_permitted(remarks(found, label))
            return found

        return answers

    def call(self, bridge: Bridge, timeout: float) -> Answers:
        """Send everything and wait."""
        return self.submit(bridge, timeout)()

    def _add(self, label: str, op: str, **arguments: Any) -> None:
        self._labels.append(label)
        self._requests.append({"op": op, "session": self._plot.tag, **arguments})

    def _check_permitted(self, said: tuple[str, ...]) -> None:
        for text in said:
            if _REFUSED.search(text):
                raise not_operator(self._plot, text)


def remarks(answers: Answers, label: str) -> tuple[str, ...]:
    """What a server had to say against commands, less that nothing had to be changed."""
    answer = answers.get(label)
    if not isinstance(answer, dict):
        return ()
    said = [f"{one['bot']}: {one['text']}" for one in answer.get("messages", ())]
    return tuple(text for text in said if not _HARMLESS.search(text))


def not_operator(plot: Plot, text: str) -> ServerError:
    """The error for bots whose commands are refused, with what mends it."""
    commands = "; ".join(f"docker compose exec minecraft rcon-cli op {name}" for name in plot.names)
    return ServerError(f"the server does not let the bots give commands ({text}); make them operators: {commands}")
