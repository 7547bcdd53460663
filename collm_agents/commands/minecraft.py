"""``collm minecraft``: what the bots need is installed, looked over, and watched at work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from time import perf_counter

from rich.console import Console

from collm_agents.arguments import UsageError, one_line
from collm_agents.commands.console import make_console, make_progress, make_table, say, verdict
from collm_envs.minecraft.backend import PORT
from collm_envs.minecraft.commands import Command
from collm_envs.minecraft.server.bridge import open_bridge
from collm_envs.minecraft.server.embedded import HOST
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES, VIEW
from collm_envs.minecraft.server.node import find_node, find_npm
from collm_envs.minecraft.server.npm import version_of
from collm_envs.minecraft.server.plots import MOST_PLOTS
from collm_envs.minecraft.server.site import Turn, open_site
from collm_envs.minecraft.server.store import Store, megabytes
from collm_envs.minecraft.server.watch import open_watch, running_servers
from collm_envs.minecraft.world import Box

_GET_JAVASCRIPT = f'{sys.executable} -m pip install "collm-envs[minecraft]"'
_JOIN_LIMIT = 20.0
_TRY_LIMIT = 30.0
_BOX = Box(4, 3, 2)
_BLOCKS = ("stone", "bricks")
_TAKES = {"install": ("--viewer",), "doctor": ("--host", "--port"), "watch": ("--host", "--port", "--plot")}


def run(action: str, with_viewer: bool, host: str | None, port: int | None, plot: int) -> int:
    """Do what ``collm minecraft`` was told: install, doctor or watch; the arguments are those of the command line.

    Raises:
        UsageError: for an argument that is out of range, or that the action does not take.
        ServerError: if it cannot be done; the message says what to do.
    """
    given = {"--viewer": with_viewer, "--host": host is not None, "--port": port is not None, "--plot": plot != 0}
    for flag in (flag for flag, here in given.items() if here and flag not in _TAKES[action]):
        takes = ", ".join(_TAKES[action]) or "no flags"
        raise UsageError(
            f"collm minecraft {action} takes {takes}; {flag} is for {', '.join(a for a in _TAKES if flag in _TAKES[a])}"
        )
    if plot >= MOST_PLOTS:
        raise UsageError(f"--plot must be 0 to {MOST_PLOTS - 1}, got {plot}")
    if action == "install":
        return install_modules(with_viewer)
    server = address(host, port)
    return doctor(server) if action == "doctor" else watch(server, plot)


def address(host: str | None, port: int | None) -> tuple[str, int] | None:
    """The server that is meant; None if none was named.

    Raises:
        UsageError: for a port that is none.
    """
    if host is None and port is None:
        return None
    if port is not None and not 0 < port < 65536:
        raise UsageError(f"--port must be 1 to 65535, got {port}")
    return host or HOST, PORT if port is None else port


# -- install ------------------------------------------------------------------------------------------------------------


def install_modules(with_viewer: bool) -> int:
    """Install what the bots need, and the page of the live view if asked for; say where, how large, and how long it took.

    Raises:
        ServerError: if that fails; the message says what to do.
    """
    console = make_console()
    _install(console, "modules of the bots", MODULES)
    if with_viewer:
        _install(console, "page of the live view", VIEW)
    return 0


def _install(console: Console, what: str, store: Store) -> None:
    here = _works(store.find)
    start = perf_counter()
    if not here:
        with make_progress() as progress:
            bar = progress.add_task(what, total=None, note="")
            store.install(lambda done, total, words: progress.update(bar, completed=done, total=total, note=words))
    how = "already installed" if here else f"installed in {perf_counter() - start:.0f} s"
    say(console, f"{what}: {how}, {megabytes(store.folder):.0f} MB in {store.folder}")


def _works(probe: Callable[[], object]) -> bool:
    try:
        probe()
    except ServerError:
        return False
    return True


# -- watch --------------------------------------------------------------------------------------------------------------


def watch(server: tuple[str, int] | None, plot: int) -> int:
    """Serve the live view of a server, of the newest embedded one if none is named, until that is gone or Ctrl-C.

    Raises:
        ServerError: if there is no server, or the view cannot be had; the message says what to do.
    """
    console = make_console()
    others: list[tuple[str, int]] = []
    if server is None:
        running = running_servers()
        if not running:
            raise ServerError(
                "no embedded server of yours is running; start one (python examples/10_minecraft_server.py, or any task with "
                "backend='server'), or name a server: collm minecraft watch --host HOST --port PORT"
            )
        server, *others = running
    with open_watch(*server, plot=plot) as view:
        say(console, f"{view.url} shows {server[0]}:{server[1]} (Minecraft {view.version}); drag to turn, Ctrl-C to end")
        if view.remark:
            say(console, view.remark)
        if others:
            say(console, f"others: {', '.join(f'collm minecraft watch --port {port}' for _, port in others)}")
        try:
            say(console, view.wait())
        except KeyboardInterrupt:
            say(console, "no longer watching")
    return 0


# -- doctor -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something that bots on a server need, or that helps.

    Attributes:
        part: what.
        works: whether it is here and does what it should.
        detail: what was found, or what is wrong and, after a colon, the command that mends it.
        needed: whether nothing goes without it.
    """

    part: str
    works: bool
    detail: str
    needed: bool = True


def doctor(server: tuple[str, int] | None) -> int:
    """Try all that ``backend="server"`` needs; 1 if something needed is missing, on the server that was named, too."""
    console = make_console()
    found = []
    table = make_table("part", "works", "what was found")
    with make_progress() as progress:
        bar = progress.add_task("trying", total=None, note="")
        for finding in findings(server):
            found.append(finding)
            progress.update(bar, completed=len(found), note=finding.part)
    for finding in found:
        table.add_row(finding.part, verdict(finding.works, "yes" if finding.works else "no"), one_line(finding.detail))
    console.print(table)
    console.print()
    missing = [finding.part for finding in found if finding.needed and not finding.works]
    where = f'host="{server[0]}", port={server[1]}' if server else ""
    ready = f'ready: parallel_env(backend="server"{", " if where else ""}{where})'
    say(console, f"not ready: {', '.join(missing)}" if missing else ready)
    return 1 if missing else 0


def set_up() -> list[Finding]:
    """What can be said without starting anything but ``node --version``: node, npm, the package ``javascript``, the modules."""
    try:
        node = find_node()
    except ServerError as error:
        found = [Finding("node", False, str(error))]
    else:
        found = [Finding("node", True, f"{version_of(node)}, {node}")]
        found.append(_tried("npm", lambda: " ".join(find_npm()), needed=False))
    javascript = find_spec("javascript") is not None
    other = f"without it bots are driven by a Node process of our own: {_GET_JAVASCRIPT}"
    found.append(Finding("javascript", javascript, "bridge='javascript' can be had" if javascript else other, needed=False))
    found.append(_tried("modules", lambda: f"as the lock file says, in {MODULES.find()}"))
    return found


def findings(server: tuple[str, int] | None) -> Iterator[Finding]:
    """All of it, one after the other; what cannot work without an earlier part is left out."""
    found = set_up()
    yield from found
    if all(finding.works for finding in found if finding.needed):
        for bridge in ("node", "javascript"):
            if bridge == "node" or find_spec("javascript") is not None:
                yield _tried(f"embedded server, {bridge}", partial(_play, None, bridge), needed=bridge == "node")
        if server is not None:
            yield from _given(server)
    yield _tried("live view", lambda: f"in {VIEW.find()}", needed=False)


def _given(server: tuple[str, int]) -> Iterator[Finding]:
    name = f"server {server[0]}:{server[1]}"
    answers = _tried(name, lambda: _greet(server))
    yield answers
    if answers.works:
        yield _tried("bots on it", lambda: _play(server, "node"))


def _tried(part: str, probe: Callable[[], str], needed: bool = True) -> Finding:
    try:
        return Finding(part, True, probe(), needed)
    except Exception as error:  # Whatever ails the patient, the doctor goes on.
        return Finding(part, False, str(error) or type(error).__name__, needed)


def _greet(server: tuple[str, int]) -> str:
    """A bot joins and leaves; which version it met."""
    bridge = open_bridge("node")
    try:
        host, port = server
        joined = bridge.call("join", _JOIN_LIMIT, session="doctor", host=host, port=port, version=False, names=["collm_doctor"])
        return f"Minecraft {joined['version']}"
    finally:
        bridge.close()


def _play(server: tuple[str, int] | None, bridge: str) -> str:
    """Two bots join, each sets a block, and what they read back is what was built; how long that took."""
    host, port = server or (None, None)
    site = open_site(len(_BLOCKS), host, port, bridge=bridge, turn_timeout=_TRY_LIMIT)
    try:
        start = perf_counter()
        site.open()
        joined = perf_counter() - start
        site.clear(_BOX, [*_BLOCKS])
        commands = tuple((Command(block, _BOX.bit(x, 0, 0), 1, "setblock", (x, 0, 0)),) for x, block in enumerate(_BLOCKS))
        outcome = site.submit(Turn(_BOX, {}, commands))()
        if outcome.world != {block: _BOX.bit(x, 0, 0) for x, block in enumerate(_BLOCKS)}:
            said = "; ".join(outcome.remarks) or "no error was told"
            raise ServerError(f"two bots set a block each, and something else stood there afterwards: {said}")
        return f"two bots joined after {joined:.1f} s, built and read back in {outcome.seconds:.2f} s"
    finally:
        site.close()
