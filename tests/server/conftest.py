"""What tests of servers share: installed modules, an embedded server, and bridges of both kinds."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import NoReturn

import pytest

from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES

GIVEN = os.environ.get("COLLM_MINECRAFT_HOST", "")
"""A running server to try as well, ``host`` or ``host:port``; bots ``collm_a`` and ``collm_b`` have to be operators there."""


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The modules of the bots, installed once if they are not."""
    try:
        return MODULES.install()
    except ServerError as error:
        _give_up(f"the Node modules of the bots are not to be had: {error}")


@pytest.fixture(scope="module")
def server(node_modules: Path) -> Iterator[EmbeddedServer]:
    """An embedded server that a module's tests share."""
    with EmbeddedServer.start() as running:
        yield running


@pytest.fixture(scope="module", params=["embedded", "given"] if GIVEN else ["embedded"])
def address(request: pytest.FixtureRequest, node_modules: Path) -> tuple[str, int]:
    """Servers that have to behave alike."""
    if request.param == "given":
        host, _, port = GIVEN.partition(":")
        return host, int(port or 25565)
    running: EmbeddedServer = request.getfixturevalue("server")
    return running.host, running.port


@pytest.fixture(autouse=True)
def alone_on_given_server(request: pytest.FixtureRequest) -> Iterator[None]:
    """One test at a time on the given server, where every test has the same names, plots and floor; others may run beside it."""
    call = getattr(request.node, "callspec", None)
    if call is None or "given" not in call.params.values():
        yield
        return
    with (Path(gettempdir()) / f"collm-given-{GIVEN.replace(':', '-')}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module", params=["node", "javascript"])
def bridge(request: pytest.FixtureRequest, node_modules: Path) -> Iterator[Bridge]:
    """Both transports, each for all tests of a module in turn."""
    skip_without(request.param)
    opened = open_bridge(request.param)
    yield opened
    opened.close()


def skip_without(kind: str) -> None:
    """Skip a test of a transport that is not installed."""
    if kind == "javascript" and find_spec("javascript") is None:
        _give_up('the package javascript is missing: run `pip install "collm-envs[minecraft]"`')


def _give_up(reason: str) -> NoReturn:
    """Skip, but fail where all is to be there."""
    if os.environ.get("COLLM_REQUIRE_MINECRAFT"):
        pytest.fail(reason)
    pytest.skip(reason)
