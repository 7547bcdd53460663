"""npm, run once and watched."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from collm_envs.minecraft.server.errors import ServerError

Progress = Callable[[int, int, str], None]
"""Called with packages done, packages in all, and a few words."""

_LIMIT = 900.0
_PROBE_LIMIT = 20.0
_LOOK = 0.3
_FLAGS = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false", "--loglevel=error", "--no-update-notifier")
# Where npm finds its settings, its proxy and its certificates, and nothing else.
_KEPT = {"path", "home", "userprofile", "appdata", "localappdata", "tmpdir", "temp", "tmp", "systemroot", "comspec", "lang"}
_KEPT |= {"http_proxy", "https_proxy", "no_proxy", "all_proxy", "node_extra_ca_certs", "ssl_cert_file"}

_SETTING = "npm_config_"


class Npm:
    """npm with a Node.

    Args:
        node: Node's program.
        command: npm's command line.
    """

    def __init__(self, node: str, command: list[str]) -> None:
        self.node, self._command = node, command

    @property
    def version(self) -> str:
        """npm's version, "" if it does not tell."""
        try:
            done = subprocess.run(
                [*self._command, "--version"], env=self._environment(), capture_output=True, text=True, timeout=_PROBE_LIMIT
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return done.stdout.strip()

    def install(self, folder: Path, progress: Progress) -> None:
        """Install what the lock file in ``folder`` says.

        Raises:
            ServerError: with npm's own words, if it fails or takes longer than 15 minutes.
        """
        locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        packages = [folder / name / "package.json" for name in locked if name]
        words = [*self._command, *_FLAGS]
        with (folder / "npm.log").open("w+b") as log:
            try:
                process = subprocess.Popen(
                    words,
                    cwd=folder,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except OSError as error:
                raise ServerError(f"npm cannot be started: {error}", "install") from error
            deadline = time.monotonic() + _LIMIT
            try:
                while process.poll() is None and time.monotonic() < deadline:
                    progress(sum(file.is_file() for file in packages), len(packages), "installing packages")
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_LOOK)
                late = process.poll() is None
            finally:
                if process.poll() is None:
                    with contextlib.suppress(OSError):
                        os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
                    process.wait()
            log.seek(0)
            said = log.read().decode("utf-8", "replace")
        if late:
            raise ServerError(f"`npm ci` has not ended within {_LIMIT:.0f} s: look at the network, and run it again", "install")
        if process.returncode:
            raise ServerError(f"`npm ci` failed ({_reason(said)}): look at the network and the disk, and run it again", "install")
        (folder / "npm.log").unlink()

    def _environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if name.lower() in _KEPT or name.lower().startswith(_SETTING)}
        # npm's launcher asks the PATH for Node, which has to be the same one.
        kept["PATH"] = os.pathsep.join([str(Path(self.node).absolute().parent), *filter(None, [kept.get("PATH")])])
        return kept


@lru_cache(maxsize=8)
def version_of(node: str) -> str:
    """The version of a Node program, such as ``20.11.1``; "" if it is none."""
    try:
        done = subprocess.run([node, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PROBE_LIMIT)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = done.stdout.strip().removeprefix("v")
    return version if version[:1].isdigit() else ""


def _reason(said: str) -> str:
    """What npm gives as the reason, in a line."""
    lines = [line.partition("npm error")[2].strip() or line.strip() for line in said.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("A complete log", "npm warn"))]
    return "; ".join(lines[:3])[:300] or "it does not say why"


@contextlib.contextmanager
def held(path: Path, limit: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that ends with this process; calls ``waiting`` while another one holds it, and gives up after ``limit`` seconds.

    Raises:
        ServerError: then.
    """
    deadline = time.monotonic() + limit
    with path.open("a+b") as file:
        while not _lock(file.fileno()):
            if time.monotonic() > deadline:
                raise ServerError(f"another installation has held {path} for {limit:.0f} s: end it, and run this again", "install")
            waiting()
            time.sleep(_LOOK)
        yield


def _lock(descriptor: int) -> bool:
    """Whether the lock is ours now."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
