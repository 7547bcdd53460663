"""Processes that die, freeze, fork and are interrupted: every wait ends, and nothing of Node survives Python."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.child import Child
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.javascript_bridge import JavaScriptBridge
from collm_envs.minecraft.server.node_bridge import NodeBridge
from tests.server.conftest import skip_without

KINDS = ("node", "javascript")
NAMES = ["collm_a", "collm_b"]
FILL = {"bot": NAMES[0], "commands": ["/fill 0 64 0 31 95 31 stone", "/fill 0 64 0 31 95 31 glass"] * 20}

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks for processes in /proc, which is not here")


@pytest.fixture
def own(node_modules: Path) -> Iterator[EmbeddedServer]:
    """A server that a test may ruin."""
    with EmbeddedServer.start() as server:
        yield server


@pytest.fixture
def opened(request: pytest.FixtureRequest, own: EmbeddedServer) -> Iterator[NodeBridge | JavaScriptBridge]:
    """A bridge with two bots on that server, which a test may ruin."""
    skip_without(request.param)
    bridge = open_bridge(request.param)
    assert isinstance(bridge, (NodeBridge, JavaScriptBridge))
    join(bridge, own)
    yield bridge
    with contextlib.suppress(ProcessLookupError):
        os.kill(bridge.pid, signal.SIGCONT)
    bridge.close()


def join(bridge: Bridge, server: EmbeddedServer) -> None:
    bridge.call("join", 20, session="t", host=server.host, port=server.port, version=server.version, names=NAMES)


def ends(wait: Callable[[], object], kind: str, within: float) -> str:
    """The message of the ServerError that a wait has to end with in time."""
    began = time.monotonic()
    with pytest.raises(ServerError) as caught:
        wait()
    assert caught.value.kind == kind, caught.value
    assert time.monotonic() - began < within
    return str(caught.value)


def until_gone(pids: list[int], limit: float = 10) -> None:
    deadline = time.monotonic() + limit
    while left := [pid for pid in pids if running(pid)]:
        assert time.monotonic() < deadline, f"still there after {limit} s: {left}"
        time.sleep(0.05)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# -- in this process ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_a_server_killed_while_bots_build_ends_the_wait_at_once_and_another_one_is_joined(
    opened: NodeBridge | JavaScriptBridge, own: EmbeddedServer
) -> None:
    wait = opened.submit("act", 30, session="t", steps=[FILL])
    time.sleep(0.2)
    os.kill(own.pid, signal.SIGKILL)
    ends(wait, "ended", within=3)
    ends(lambda: opened.call("state", 5, session="t"), "ended", within=3)
    assert "killed by signal 9" in ends(lambda: own.command("list"), "embedded", within=3)
    assert not own.alive
    with EmbeddedServer.start() as second:
        join(opened, second)
        assert len(opened.call("state", 5, session="t")) == 2


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_a_bridge_killed_while_bots_build_ends_the_wait_at_once_and_its_names_are_free(
    opened: NodeBridge | JavaScriptBridge, own: EmbeddedServer
) -> None:
    wait = opened.submit("act", 30, session="t", steps=[FILL])
    time.sleep(0.2)
    os.kill(opened.pid, signal.SIGKILL)
    ends(wait, "bridge", within=3)
    ends(lambda: opened.call("hello", 5), "bridge", within=1)
    assert not opened.alive
    opened.close()
    second = open_bridge(opened.kind)
    try:
        join(second, own)
        assert len(second.call("state", 5, session="t")) == 2
    finally:
        second.close()


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_a_frozen_server_is_given_up_in_time_and_closed(opened: NodeBridge | JavaScriptBridge, own: EmbeddedServer) -> None:
    os.kill(own.pid, signal.SIGSTOP)
    act = {"session": "t", "steps": [{"bot": NAMES[0], "commands": ["/list"]}]}
    assert NAMES[0] in ends(lambda: opened.call("act", 1, **act), "timeout", within=2)
    ends(lambda: own.command("list", 0.5), "timeout", within=2)
    ends(lambda: opened.call("join", 1, session="u", host=own.host, port=own.port, version=False, names=["u"]), "timeout", within=2)
    began = time.monotonic()
    opened.call("leave", 5, session="t")
    own.close()
    assert time.monotonic() - began < 5
    assert not running(own.pid)


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_a_frozen_bridge_is_given_up_in_time_and_killed_by_close(opened: NodeBridge | JavaScriptBridge) -> None:
    pid = opened.pid
    os.kill(pid, signal.SIGSTOP)
    ends(lambda: opened.call("hello", 0.5), "timeout", within=2)
    if opened.kind == "node":
        # More than a pipe takes must not make the one who sends it wait.
        began = time.monotonic()
        wait = opened.submit("hello", 0.5, ballast="x" * 5_000_000)
        assert time.monotonic() - began < 0.5
        ends(wait, "timeout", within=2)
    began = time.monotonic()
    opened.close()
    assert time.monotonic() - began < 4
    until_gone([pid])


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_closing_twice_is_fine_and_what_is_closed_says_so(opened: NodeBridge | JavaScriptBridge, own: EmbeddedServer) -> None:
    wait = opened.submit("wait", 20, ms=15000)
    opened.close()
    opened.close()
    assert "closed" in ends(wait, "bridge", within=2)
    assert "closed" in ends(lambda: opened.call("hello", 5), "bridge", within=1)
    assert not opened.alive
    assert own.command("list") == ["There are 0 of a max of 20 players online: "]
    own.close()
    own.close()
    assert "closed" in ends(lambda: own.command("list"), "embedded", within=1)
    assert not running(own.pid)


def test_the_package_javascript_is_one_bridge_at_a_time_and_auto_takes_node_then(node_modules: Path) -> None:
    skip_without("javascript")
    first = open_bridge("auto")
    try:
        assert first.kind == "javascript"
        with pytest.raises(ServerError, match='bridge="node"'):
            open_bridge("javascript")
        second = open_bridge("auto")
        assert second.kind == "node"
        second.close()
        assert first.call("hello", 5)["node"]
    finally:
        first.close()
    again = open_bridge("auto")
    assert again.kind == "javascript"
    again.close()


def test_several_bridges_and_servers_live_beside_each_other(node_modules: Path) -> None:
    with EmbeddedServer.start() as one, EmbeddedServer.start() as other:
        assert one.port != other.port
        bridges = [open_bridge("node") for _ in range(2)]
        try:
            for bridge, server in zip(bridges, (one, other)):
                join(bridge, server)
            bridges[0].call("act", 10, session="t", steps=[{"bot": NAMES[0], "commands": ["/setblock 8 64 8 stone"]}])
            read = {"session": "t", "corner": [8, 64, 8], "size": [1, 1, 1]}
            assert [bridge.call("read", 5, **read)["palette"] for bridge in bridges] == [["stone"], ["air"]]
        finally:
            for bridge in bridges:
                bridge.close()


@pytest.mark.parametrize("opened", KINDS, indirect=True)
def test_a_child_after_a_fork_is_told_at_once_and_leaves_the_parents_alone(
    opened: NodeBridge | JavaScriptBridge, own: EmbeddedServer
) -> None:
    pid = os.fork()
    if pid == 0:
        told = 0
        with contextlib.suppress(BaseException):
            for work in (lambda: opened.call("hello", 5), lambda: own.command("list"), lambda: open_bridge("javascript")):
                try:
                    work()
                except ServerError:
                    told += 1
            opened.close()
            own.close()
            here = open_bridge("auto")
            told += here.kind == "node" and bool(here.call("hello", 10))
            here.close()
        os._exit(told)
    deadline = time.monotonic() + 20
    while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    # The package has no forked state where it was never imported, so that the third may succeed there.
    assert os.waitstatus_to_exitcode(ended[1]) == (4 if "javascript" in sys.modules else 3)
    assert len(opened.call("state", 5, session="t")) == 2
    assert own.alive


@pytest.mark.parametrize("start", [0, 1, 2])
def test_a_child_that_is_interrupted_while_it_is_made_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, start: int) -> None:
    """Ctrl-C may come at any instruction, so when each of its threads starts, too."""
    made: list[subprocess.Popen[bytes]] = []
    popen, begin = subprocess.Popen, threading.Thread.start

    def noted(*words: object, **options: object) -> subprocess.Popen[bytes]:
        made.append(popen(*words, **options))  # type: ignore[call-overload]
        return made[0]

    left = start

    def interrupted(thread: threading.Thread) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        begin(thread)

    monkeypatch.setattr("collm_envs.minecraft.server.child.SCRIPTS", tmp_path)
    (tmp_path / "sleep.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Child(sys.executable, "sleep.py", name="it", kind="bridge")
    monkeypatch.undo()
    assert made[0].returncode == -signal.SIGKILL


def test_a_server_that_was_killed_leaves_no_record_once_it_is_closed(
    node_modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    server = EmbeddedServer.start()
    assert len(list(tmp_path.glob("*/*.json"))) == 1
    os.kill(server.pid, signal.SIGKILL)
    while server.alive:
        time.sleep(0.01)
    server.close()
    assert list(tmp_path.glob("*/*.json")) == []


# -- in others ------------------------------------------------------------------------------------------------------------

SCRIPT = """
import os, sys, time
from collm_envs.minecraft.server.bridge import open_bridge
from collm_envs.minecraft.server.embedded import EmbeddedServer
def at(stage):
    print(stage, flush=True)
at("start")
server = EmbeddedServer.start()
at("server")
bridge = open_bridge("{kind}")
at("bridge")
bridge.call("join", 20, session="t", host=server.host, port=server.port, version=server.version, names=["a", "b"])
at("joined")
{then}
"""
WAIT = 'bridge.call("wait", 60, ms=50000)'
FORK = """
if os.fork() == 0:
    at("forked")
    time.sleep(20)
    os._exit(0)
time.sleep(60)
"""


@contextlib.contextmanager
def python(tmp_path: Path, kind: str, then: str) -> Iterator[subprocess.Popen[str]]:
    """Python at work, in a group of its own; everything it starts is known by the name of its cache folder."""
    skip_without(kind)
    marked = tmp_path / "minecraft"
    marked.symlink_to(MODULES.folder.parent)
    script = SCRIPT.format(kind=kind, then=textwrap.dedent(then))
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        # Of these, only HOME gets as far as Node.
        env={**os.environ, "COLLM_CACHE": str(tmp_path), "HOME": str(tmp_path), "SECRET_TOKEN": "hunter2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def reach(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == stage:
            return
    raise AssertionError(f"it ended before it came to {stage}")


def of_node(tmp_path: Path) -> list[int]:
    """The Node processes that belong to a Python which :func:`python` started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                told = (folder / "cmdline").read_bytes()
                told += (folder / "environ").read_bytes() if b"node" in told.split(b"\0")[0] else b""
                if str(tmp_path).encode() in told and b"node" in told.split(b"\0")[0] and running(int(folder.name)):
                    found.append(int(folder.name))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_nodes_of_both_kinds_see_no_secrets_and_no_terminal(node_modules: Path, tmp_path: Path, kind: str) -> None:
    with python(tmp_path, kind, WAIT) as process:
        reach(process, "joined")
        pids = of_node(tmp_path)
        assert len(pids) == 2
        for pid in pids:
            told = Path(f"/proc/{pid}/environ").read_bytes()
            assert {one.split(b"=")[0] for one in told.split(b"\0") if one} <= {b"PATH", b"HOME", b"TZ", b"LANG"}
            assert os.getsid(pid) == pid


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_of_node_survives_a_killed_python(node_modules: Path, tmp_path: Path, kind: str, end: signal.Signals) -> None:
    with python(tmp_path, kind, WAIT) as process:
        reach(process, "joined")
        pids = of_node(tmp_path)
        assert len(pids) == 2
        process.send_signal(end)
        until_gone(pids)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_node_survives_python_while_a_fork_of_it_lives(node_modules: Path, tmp_path: Path, kind: str) -> None:
    with python(tmp_path, kind, FORK) as process:
        reach(process, "forked")
        pids = of_node(tmp_path)
        assert len(pids) == 2
        process.kill()
        until_gone(pids, limit=5)


@pytest.mark.parametrize("kind", KINDS)
def test_python_exits_by_itself_in_time_without_any_close(node_modules: Path, tmp_path: Path, kind: str) -> None:
    with python(tmp_path, kind, "") as process:
        reach(process, "joined")
        pids = of_node(tmp_path)
        assert process.wait(10) == 0
        until_gone(pids)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", ["start", "server", "bridge", "joined"])
def test_ctrl_c_at_any_stage_ends_python_and_node(node_modules: Path, tmp_path: Path, kind: str, stage: str) -> None:
    with python(tmp_path, kind, WAIT) as process:
        reach(process, stage)
        time.sleep(0.15)
        # As a terminal does it: to the whole group, which Node of our own is not in.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) in (1, -signal.SIGINT, 130)
        deadline = time.monotonic() + 10
        while left := of_node(tmp_path):
            assert time.monotonic() < deadline, left
            time.sleep(0.1)


def test_missing_modules_are_told_by_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
    assert MODULES.folder.parent == tmp_path / "minecraft"
    for work in (EmbeddedServer.start, lambda: open_bridge("node"), lambda: open_bridge("auto")):
        with pytest.raises(ServerError, match="collm minecraft install") as caught:
            work()
        assert caught.value.kind == "install"
