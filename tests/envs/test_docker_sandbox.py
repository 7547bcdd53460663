"""The Docker backend: what a container cannot do, how its bytes travel, and that none outlives its owner."""

from __future__ import annotations

import gc
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from collm_envs.coding.sandbox import container as container_module
from collm_envs.coding.sandbox import docker as backend_module
from collm_envs.coding.sandbox import owner
from collm_envs.coding.sandbox.container import Container
from collm_envs.coding.sandbox.docker import LABEL, PROCESSES, DockerBackend
from collm_envs.coding.sandbox.verdicts import SandboxError
from tests.engine import require_docker

MEMORY = 64 << 20
ECHO = """
import os
while data := os.read(0, 65536):
    os.write(1, data)
"""
GONE_LIMIT = 10.0
"""Seconds for a container to vanish; about 0.2 on a quiet machine."""

Starter = Callable[[str], Container]


@pytest.fixture(scope="module", autouse=True)
def _docker(request: pytest.FixtureRequest) -> None:
    require_docker()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    """Starts a container that runs the given Python in place of the worker."""
    opened: list[DockerBackend] = []

    def run(code: str) -> Container:
        opened.append(DockerBackend(entrypoint=["python", "-S", "-s", "-u", "-c", code]))
        return opened[-1].start(0, MEMORY)

    yield run
    for backend in opened:
        backend.close()


@pytest.fixture(scope="module")
def engine(_docker: None) -> Iterator[Any]:
    import docker

    with closing(docker.from_env()) as client:
        yield client.api


def everything(container: Container) -> bytes:
    """All that a container says until it ends."""
    said = b""
    while piece := container.receive(20):
        said += piece
    return said


def told(container: Container) -> Any:
    """The JSON that a container says before it ends."""
    said = everything(container)
    return json.loads(said) if said else pytest.fail(container.why())


# -- bytes --------------------------------------------------------------------------------------------------------------


def test_bytes_come_back_as_they_were_sent(start: Starter) -> None:
    container = start(ECHO)
    sent = os.urandom(3_000_000)  # far more than any buffer on the way holds
    sender = threading.Thread(target=container.send, args=(sent,))
    sender.start()
    back = b""
    while len(back) < len(sent):
        back += container.receive(20)
    sender.join()
    assert back == sent


def test_a_silent_container_times_out_and_stays(start: Starter) -> None:
    container = start(ECHO)
    begun = time.monotonic()
    with pytest.raises(TimeoutError, match="nothing from container"):
        container.receive(0.2)
    assert 0.2 <= time.monotonic() - begun < 2
    container.send(b"still there")
    assert container.receive(20) == b"still there"


def test_the_descriptor_can_be_polled(start: Starter) -> None:
    container = start(ECHO)
    assert select.select([container], [], [], 0)[0] == []
    container.send(b"x")
    assert select.select([container], [], [], 20)[0] == [container]


def test_standard_error_is_for_people(start: Starter) -> None:
    container = start(
        "import os; os.write(1, b'a'); os.write(2, b'Traceback\\nValueError: \\x1b[2J no\\n'); os.write(1, b'b'); os._exit(3)"
    )
    assert everything(container) == b"ab"
    assert container.receive(0) == b""  # the end stays the end
    assert container.why().endswith(r"ended with status 3; the last it said: 'ValueError: \x1b[2J no'")


def test_too_much_memory_is_named(start: Starter) -> None:
    container = start("kept = [bytearray(b'x' * (16 << 20)) for _ in range(100)]")
    assert everything(container) == b""
    assert f"out of memory (its limit is {64 + 256} MB)" in container.why()


def test_kill_wakes_who_waits(start: Starter) -> None:
    container = start("import time; time.sleep(1000)")
    ends: list[bytes] = []
    waiting = threading.Thread(target=lambda: ends.append(container.receive(1000)))
    waiting.start()
    time.sleep(0.05)
    container.kill()
    waiting.join(5)
    assert ends == [b""]
    container.kill()  # again is fine
    assert container.fileno() == -1
    assert container.receive(0) == b""
    assert "was killed from here" in container.why()
    with pytest.raises(OSError, match="Bad file descriptor"):
        container.send(b"x")


def test_nothing_stays_open(engine: Any) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    with closing(DockerBackend(entrypoint=["python", "-c", "import time; time.sleep(1000)"])) as backend:
        killed = [backend.start(number, MEMORY) for number in range(3)]
        for container in killed:
            container.kill()
        left = [backend.start(number, MEMORY).identity for number in range(2)]
        assert all(exists(backend._engine(), identity) for identity in left)
        assert not any(exists(backend._engine(), container.identity) for container in killed)
    assert sorted(os.listdir("/proc/self/fd")) == before
    assert not any(exists(engine, identity) for identity in left)


# -- what is inside -----------------------------------------------------------------------------------------------------

LOOK = """
import ctypes, json, os, resource, socket

def reaches(family, address):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.settimeout(2)
            tried.connect(address)
    except OSError:
        return False
    return True

writable = []
for folder, below, files in os.walk("/"):
    if folder == "/":
        below.remove("proc")
    found = [folder, *(os.path.join(folder, name) for name in files)]
    writable += [path for path in found if os.access(path, os.W_OK) and (os.path.isfile(path) or os.path.isdir(path))]
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
forked = 0
try:
    while True:
        if os.fork() == 0:
            os.read(0, 1)
            os._exit(0)
        forked += 1
except OSError:
    pass
print(json.dumps({
    "environment": dict(os.environ),
    "ids": [*os.getresuid(), *os.getresgid(), *os.getgroups()],
    "capabilities": [int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "no new privileges": int(status["NoNewPrivs"]),
    "seccomp": int(status["Seccomp"]),
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "reached": [address for address in ("127.0.0.1", "172.17.0.1", "1.1.1.1") if reaches(socket.AF_INET, (address, 53))],
    "writable": writable,
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "parent": os.getppid(),
    "forked": forked,
}), flush=True)
os._exit(0)
"""


def test_a_container_gives_nothing(start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST_SECRET", "7c1d")
    seen = told(start(LOOK))
    # The base image may have words of its own there (its Python's version), this machine has none.
    assert "HOST_SECRET" not in seen["environment"]
    assert "7c1d" not in str(seen)
    assert seen["environment"]["HOSTNAME"] == "sandbox"
    assert set(seen["ids"]) == {1000}
    assert seen["capabilities"] == [0] * 5
    assert seen["no new privileges"] == 1
    assert seen["seccomp"] == 2
    assert set(seen["interfaces"]) <= {"lo", "sit0", "tunl0", "ip6tnl0"}  # some kernels put dead tunnels everywhere
    assert seen["reached"] == []
    assert seen["writable"] == []
    assert seen["core"] == [0, 0]
    assert seen["parent"] == 0  # alone in its process namespace
    assert 10 < seen["forked"] < PROCESSES


def test_nothing_it_says_is_kept_on_disk(start: Starter, engine: Any) -> None:
    container = start(ECHO)
    about = engine.inspect_container(container.identity)
    assert about["HostConfig"]["LogConfig"]["Type"] == "none"
    assert about["HostConfig"]["AutoRemove"]
    assert about["Mounts"] == []
    assert about["HostConfig"]["Memory"] == about["HostConfig"]["MemorySwap"] == MEMORY + (256 << 20)


def test_the_worker_is_ready_soon() -> None:
    took = []
    for _ in range(3):
        begun = time.monotonic()
        with closing(DockerBackend()) as backend:
            container = backend.start(0, 256 << 20)
            said = b""
            while b'"hello"' not in said:
                said += container.receive(20) or pytest.fail(container.why())
            took.append(time.monotonic() - begun)
    assert min(took) < 1.5


# -- nobody outlives the owner ------------------------------------------------------------------------------------------

OWNER = """
import os, sys, time
from collm_envs.coding.sandbox import docker
from collm_envs.coding.sandbox.docker import DockerBackend

docker.LABEL = {label!r}
backend = DockerBackend()
{start}
sys.stdin.readline()
{end}
"""
START = "container = backend.start(0, 256 << 20); container.receive(20); print(container.identity, flush=True)"


class Owner:
    """Another process that holds a container; it goes on when it reads a line."""

    def __init__(self, start: str = START, end: str = "", label: str = LABEL) -> None:
        code = OWNER.format(start=start, end=end, label=label)
        self.process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.container = self.process.stdout.readline().strip()
        assert self.container

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def __enter__(self) -> Owner:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def exists(engine: Any, container: str) -> bool:
    return bool(engine.containers(all=True, filters={"id": container}))


def wait_until_gone(engine: Any, container: str) -> None:
    """Nothing else may remove it meanwhile: no sandbox opens here."""
    deadline = time.monotonic() + GONE_LIMIT
    while exists(engine, container):
        assert time.monotonic() < deadline, "the container is still there"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "end",
    [
        "backend.close()",
        "",
        "raise SystemExit(1)",
        "1 / 0",
        "os._exit(1)",
        "os.abort()",
        "os.execv('/bin/sleep', ['sleep', '1000'])",
    ],
    ids=["close", "end", "exit", "exception", "_exit", "abort", "exec"],
)
def test_a_container_goes_when_its_owner_ends(engine: Any, end: str) -> None:
    with Owner(end=end) as held:
        assert exists(engine, held.container)
        held.go_on()
        wait_until_gone(engine, held.container)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_container_goes_when_its_owner_is_killed(engine: Any, number: int) -> None:
    with Owner() as held:
        assert exists(engine, held.container)
        held.process.send_signal(number)
        wait_until_gone(engine, held.container)


def test_a_container_goes_while_a_program_runs_in_it(engine: Any) -> None:
    loop = {"code": "def f():\n    while True: pass", "tests": ["candidate()"], "entry_point": "f", "prelude": "", "ablation": None}
    job = json.dumps({"id": 0, "program": {**loop, "call_limit": 1000.0, "time_limit": 1000.0, "most_losses": 3}})
    send = f"data = {job!r}.encode(); container.send(len(data).to_bytes(4, 'big') + data); time.sleep(0.3)"
    with Owner(start=START.replace("; print", f"; {send}; print")) as held:
        assert exists(engine, held.container)
        held.process.kill()
        wait_until_gone(engine, held.container)


def test_a_container_goes_although_a_child_of_its_owner_lives(engine: Any) -> None:
    fork = "if os.fork() == 0: os.close(1); time.sleep(30); os._exit(0)"
    with Owner(f"{START}\n{fork}") as held:
        time.sleep(0.3)
        assert exists(engine, held.container)
        held.process.kill()
        wait_until_gone(engine, held.container)


FORGOTTEN = "made = backend._made(0, 0); print(made.__enter__(), flush=True)"
HELD = f"""import subprocess
{START}
subprocess.Popen(["sleep", "30"], pass_fds=[container.fileno()], stdin=-3, stdout=-3)"""


@pytest.mark.parametrize("start", [FORGOTTEN, HELD], ids=["never started", "held by another process"])
def test_what_is_left_goes_when_the_next_sandbox_opens(engine: Any, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    label = f"{LABEL}.{os.getpid()}"  # a sandbox that another test opens meanwhile would be the next one
    monkeypatch.setattr(backend_module, "LABEL", label)
    with Owner(start, label=label) as held:
        DockerBackend().close()
        assert exists(engine, held.container), "a living owner's container was taken away"
        held.process.kill()
        held.process.wait()
        time.sleep(0.5)
        assert exists(engine, held.container), "not left at all: the test shows nothing"
        DockerBackend().close()
        assert not exists(engine, held.container)


def test_owners_are_told_apart() -> None:
    here = owner.this_process()
    assert not owner.is_dead(here)
    host, pid, birth = here.split(":")
    assert int(pid) == os.getpid()
    assert owner.is_dead(f"{host}:{pid}:{int(birth) + 1}")  # the id was given to a new process
    assert not owner.is_dead(f"elsewhere:{pid}:{int(birth) + 1}")
    with subprocess.Popen(["sleep", "1000"]) as child:
        name = f"{host}:{child.pid}:{owner._birth(child.pid)}"
        assert not owner.is_dead(name)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert owner.is_dead(name)  # nobody has asked for its end yet
    assert owner.is_dead(name)
    for nonsense in ("", ":", "a:b:c", f"{host}:", f"{host}::"):
        assert not owner.is_dead(nonsense)


# -- an engine that is not there ----------------------------------------------------------------------------------------


@pytest.fixture
def _forgotten_sockets() -> Iterator[None]:
    """The SDK leaves a socket that could not connect to the garbage collector, which warns of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


class Bridge:
    """A socket that leads to the engine until it is cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path, self._engine = path, engine
        self._sockets: list[socket.socket] = []
        self.build()

    def build(self) -> None:
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.path))
        self._door.listen()
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        self.path.unlink()
        for one in (self._door, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._engine)
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=pair, daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.mark.usefixtures("_forgotten_sockets")
def test_a_lost_engine_is_an_end_and_not_a_hang(engine: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not Path("/var/run/docker.sock").exists():
        pytest.skip("the engine is not at /var/run/docker.sock")
    bridge = Bridge(tmp_path / "engine", "/var/run/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{bridge.path}")
    with closing(DockerBackend(entrypoint=["python", "-c", ECHO])) as backend:
        container = backend.start(0, MEMORY)
        container.send(b"hello")
        assert container.receive(20) == b"hello"
        bridge.cut()
        begun = time.monotonic()
        assert container.receive(20) == b""
        assert "was lost, and Docker says no more about it" in container.why()
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            container.send(b"x" * 1_000_000)
        with pytest.raises(SandboxError, match="Docker could not make a container"):
            backend.start(1, MEMORY)
        container.kill()
        assert time.monotonic() - begun < 2
        wait_until_gone(engine, container.identity)
        bridge.build()
        again = backend.start(2, MEMORY)
        again.send(b"back")
        assert again.receive(20) == b"back"
    bridge.cut()


def test_a_container_that_takes_nothing_is_lost(start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_module, "ENGINE_LIMIT", 1.0)
    container = start("import time; time.sleep(1000)")
    with pytest.raises(OSError, match="timed out"):
        container.send(b"x" * 10_000_000)


def test_without_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(SandboxError, match="no Docker engine answers; start it, or set DOCKER_HOST"):
        DockerBackend()


def test_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "docker"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SandboxError, match=r'pip install "collm-envs\[sandbox\]"'):
        DockerBackend()


def test_without_the_image() -> None:
    with pytest.raises(SandboxError, match=r"no image collm-envs/absent; .*: docker compose build sandbox"):
        DockerBackend("collm-envs/absent")


def test_with_an_old_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: Any) -> None:
    inside = tmp_path / "inside"
    shutil.copytree(backend_module.INSIDE, inside)
    (inside / "worker.py").write_text("changed = True")
    monkeypatch.setattr(backend_module, "INSIDE", inside)
    with pytest.raises(SandboxError, match=r"of another version \(worker.py differ.*: docker compose build sandbox"):
        DockerBackend()
    assert not engine.containers(all=True, filters={"label": f"{LABEL}={owner.this_process()}"})


def test_with_an_engine_that_cannot_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import docker

    monkeypatch.setattr(docker.APIClient, "info", lambda _: {"MemoryLimit": False, "PidsLimit": True})
    with pytest.raises(SandboxError, match="cannot limit memory of a container"):
        DockerBackend()
