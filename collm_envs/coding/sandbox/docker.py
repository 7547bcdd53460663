"""The Docker backend: every worker lives in a container of its own, and stays there for thousands of programs.

A container has no network, no capabilities, no writable file, no environment of ours and hard limits of memory, processes and
processors (:meth:`DockerBackend.start` has the whole list). Inside it runs the same worker as in the embedded backend. Bytes
travel through the container's own standard input and output, attached before it starts.

No container outlives its owner. The engine closes a container's input as soon as the process that attached to it is gone, in
whatever way it went (closed, crashed, SIGTERM, SIGKILL): the worker reads the end of its input and exits, and the engine
removes what has exited. What was made but not started at such a moment carries its owner's name in a label, and is removed when
the next sandbox opens.

Needs the extra ``sandbox`` (the docker SDK), an engine on this machine and the image: ``docker compose build sandbox``.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import tarfile
import threading
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from collm_envs.coding.sandbox import owner
from collm_envs.coding.sandbox.container import ENGINE_LIMIT, Container, remove
from collm_envs.coding.sandbox.process import ENVIRONMENT, INSIDE, interpreter
from collm_envs.coding.sandbox.verdicts import SandboxError

IMAGE = "collm-envs/sandbox"
BUILD = "docker compose build sandbox"
LABEL = "collm-envs.sandbox"
"""Every container has it; its value is the process that owns it, see :mod:`~collm_envs.coding.sandbox.owner`."""

USER = "1000:1000"
PROCESSES = 64
"""In a container. A worker needs a handful."""
PROCESSORS = 2.0
"""For a container: a program and its judge."""
OVERHEAD = 256 << 20
"""Bytes of memory for a container beyond what one program may use: supervisor, zygote, judge, spare candidates."""

_HOME = "/opt/collm"
_NO_STARTER = "-1"
"""For the worker: there is no process to watch besides its input."""


class DockerBackend:
    """Starts workers in containers of a Docker engine.

    Args:
        image: the image to run; it must be of this very version, which is checked.
        entrypoint: what to run in place of the worker, for tests.

    Raises:
        SandboxError: without the SDK, the engine or the image, with the command that helps.
    """

    name = "docker"
    weak = False
    _client: Any
    _containers: set[Container]

    def __init__(self, image: str = IMAGE, entrypoint: Sequence[str] | None = None) -> None:
        self._image, self._entrypoint = image, entrypoint
        self._forget()
        self._engine()
        _OPEN.add(self)
        try:
            with self._translated("could not be asked about its containers"):
                self._processors = self._check_limits()
                self._remove_strays()
            self._check_image()
        except BaseException:
            self.close()
            raise

    def start(self, index: int, memory: int) -> Container:
        """A new container with a worker in it.

        Args:
            index: the worker's number, for people who look at the container's labels.
            memory: bytes of memory for each process. The container has that, room for its worker besides, and no swap.

        Raises:
            SandboxError: if the engine does not start it.
        """
        engine = self._engine()
        with self._made(index, memory) as identity, self._translated("could not start a container"):
            # Attached first: nothing it says is missed, and its input is never open without an owner.
            container = Container(engine, identity, memory + OVERHEAD, self._containers.discard)
            try:
                engine.start(identity)
            except BaseException:
                container.let_go()
                raise
        self._containers.add(container)
        return container

    def isolation(self, hello: Mapping[str, Any]) -> dict[str, str]:
        """What keeps a program from what: the container, and what its worker found to be enforced besides."""
        walls = "".join(
            [", seccomp" * bool(hello.get("seccomp")), f", landlock {hello.get('landlock')}" * bool(hello.get("landlock"))]
        )
        return {
            "network": f"a container without a network{walls}",
            "files": f"a read-only container that shares none{walls}",
            "processes": f"a process namespace, {PROCESSES} at most{', seccomp' * bool(hello.get('seccomp'))}",
            "signals": f"a process namespace{walls}",
            "memory": "address space limit, the container's limit (cgroup), no swap",
            "cpu": f"wall clock, then SIGKILL by pidfd; {self._processors:g} processors at most (cgroup)",
            "uid": f"{hello.get('uid', USER)}, no capabilities, no new privileges",
        }

    def close(self) -> None:
        """End every container that is left, and wait until they are gone."""
        for container in tuple(self._containers):
            container.kill()
        with self._lock:
            if self._client:
                self._client.close()
                self._client = None

    # -- the engine ---------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Have neither containers nor a connection."""
        self._lock = threading.Lock()
        self._client = None
        self._containers = set()

    def _engine(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _connect()
            return self._client

    @contextlib.contextmanager
    def _made(self, index: int, memory: int) -> Iterator[str]:
        """A container that exists but does not run; removed if the block fails."""
        engine = self._engine()
        with self._translated("could not make a container"):
            limits = engine.create_host_config(
                auto_remove=True,
                network_mode="none",
                read_only=True,
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                pids_limit=PROCESSES,
                mem_limit=memory + OVERHEAD,
                memswap_limit=memory + OVERHEAD,
                nano_cpus=int(self._processors * 1e9),
                # /dev/shm and /dev/mqueue would be writable.
                ipc_mode="none",
                tmpfs={"/dev/mqueue": "ro,nr_inodes=1,size=4k,mode=555"},
                # Whatever a worker writes would be kept on the host's disk.
                log_config={"type": "none"},
                ulimits=[{"name": "core", "soft": 0, "hard": 0}],
            )
            made = engine.create_container(
                self._image,
                [str(memory), _NO_STARTER],
                entrypoint=self._entrypoint,
                user=USER,
                hostname="sandbox",
                environment=ENVIRONMENT,
                stdin_open=True,
                labels={LABEL: owner.this_process(), f"{LABEL}.worker": str(index)},
                host_config=limits,
            )
        try:
            yield made["Id"]
        except BaseException:
            with contextlib.suppress(SandboxError):
                remove(engine, made["Id"])
            raise

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from docker.errors import DockerException, ImageNotFound

        try:
            yield
        except ImageNotFound as error:
            raise SandboxError(f"there is no image {self._image}; in a checkout of the project: {BUILD}") from error
        except (DockerException, OSError) as error:  # requests' exceptions are OSErrors
            raise SandboxError(f"Docker {what}: {error}") from error

    # -- at the opening -----------------------------------------------------------------------------------------------

    def _check_limits(self) -> float:
        """The processors a container gets; raises where the engine would leave limits out with no more than a warning."""
        about = self._engine().info()
        limits = {"MemoryLimit": "memory", "PidsLimit": "processes", "CpuCfsQuota": "processors"}
        missing = [what for key, what in limits.items() if not about.get(key, True)]
        if missing:
            raise SandboxError(f"this Docker engine cannot limit {', '.join(missing)} of a container (see the end of: docker info)")
        return min(PROCESSORS, float(about.get("NCPU", PROCESSORS)))

    def _remove_strays(self) -> None:
        """Remove containers whose owner, a process of this machine, is dead."""
        for found in self._engine().containers(all=True, filters={"label": LABEL}):
            if owner.is_dead(found["Labels"].get(LABEL, "")):
                remove(self._engine(), found["Id"])

    def _check_image(self) -> None:
        """Raise unless the image was built from the files that lie beside this one."""
        with self._translated("could not be asked about its images"):
            entrypoint = self._engine().inspect_image(self._image)["Config"]["Entrypoint"]
        here: dict[str, Any] = {path.name: path.read_bytes() for path in INSIDE.glob("*.py")}
        there = {"ENTRYPOINT": entrypoint, **self._files()}
        here["ENTRYPOINT"] = ["python", *interpreter(_HOME)[1:]]
        differ = sorted(name for name in there.keys() | here.keys() if there.get(name) != here.get(name))
        if differ:
            raise SandboxError(f"image {self._image} is of another version ({', '.join(differ)} differ); build it again: {BUILD}")

    def _files(self) -> dict[str, bytes]:
        """The worker's files in the image, by name."""
        with self._made(-1, 0) as identity:
            with self._translated(f"cannot read the worker in image {self._image} (build it again: {BUILD})"):
                pieces, _ = self._engine().get_archive(identity, f"{_HOME}/inside")
                packed = io.BytesIO(b"".join(pieces))
            remove(self._engine(), identity)
        with tarfile.open(fileobj=packed) as tar:
            opened = {Path(entry.name).name: tar.extractfile(entry) for entry in tar if entry.name.endswith(".py")}
            return {name: file.read() for name, file in opened.items() if file}


def _connect() -> Any:
    """A connection to the engine that the ``docker`` command would use (DOCKER_HOST, or the usual socket)."""
    try:
        # In a checkout this project's own folder passes for the package, but has no modules.
        import docker.errors
    except ImportError as error:
        raise SandboxError('the Docker sandbox needs the docker SDK: pip install "collm-envs[sandbox]"') from error
    with warnings.catch_warnings():
        # The SDK leaves a socket that could not connect to the garbage collector, which warns of it.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            engine = docker.from_env(timeout=ENGINE_LIMIT).api
            engine.ping()
            trouble = ""
        except (docker.errors.DockerException, OSError) as error:
            trouble = str(error)
        if trouble:
            gc.collect()
            raise SandboxError(f"no Docker engine answers; start it, or set DOCKER_HOST (docker info must work): {trouble}")
    # An attached container's bytes are read from a plain socket, which these have not.
    if engine.base_url.startswith(("https:", "http+docker://ssh", "http+docker://localnpipe")):
        engine.close()
        raise SandboxError(
            f"the Docker sandbox reaches an engine by unix socket or plain TCP, not {engine.base_url} (on Windows: use WSL)"
        )
    return engine


_OPEN: weakref.WeakSet[DockerBackend] = weakref.WeakSet()


def _forget_all() -> None:
    """In a child after a fork: the containers are the parent's, and so are the connections."""
    for backend in list(_OPEN):
        for container in backend._containers:
            container.forked()
        backend._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
