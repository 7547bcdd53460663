"""The options that say where the worlds of a building task stand: in this process, or on a server."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from collm_envs.core.checks import one_of, whole

if TYPE_CHECKING:
    from collm_envs.minecraft.server import Site

Backend: TypeAlias = "Literal['memory', 'server'] | Site"
Bridge = Literal["auto", "javascript", "node"]

BACKENDS = ("memory", "server")
BRIDGES = ("auto", "javascript", "node")
MEMORY: Final = "memory"
PORT = 25565
"""Where a server listens unless it is told otherwise."""
_LAST_PORT = 65_535
LONGEST_TURN = 600.0
LONGEST_CHASE = 60.0
_OF_A_SITE = ("open", "clear", "submit", "close")


def check_backend(backend: Any, host: str | None, port: int | None, bridge: str, plot: int | None) -> None:
    """Check the options that say where a task's worlds stand, before anything is started.

    Raises:
        ValueError, TypeError: for an unknown backend or bridge, and for options that do not go together.
    """
    one_of("bridge", bridge, BRIDGES)
    if isinstance(backend, str):
        one_of("backend", backend, BACKENDS)
    elif missing := [name for name in _OF_A_SITE if not callable(getattr(backend, name, None))]:
        raise TypeError(
            f"backend must be one of {', '.join(BACKENDS)}, or an open site; {type(backend).__name__} lacks {', '.join(missing)}()"
        )
    given = {"host": host is not None, "port": port is not None, "plot": plot is not None, "bridge": bridge != BRIDGES[0]}
    if backend != "server" and any(given.values()):
        names = ", ".join(name for name, used in given.items() if used)
        raise ValueError(f'only with backend="server": {names}; backend is one of: {", ".join(BACKENDS)}, or an open site')
    if host is None and (port is not None or plot is not None):
        raise ValueError("port and plot need a host; without one an embedded server is started, which chooses its own")
    if host is not None and (not isinstance(host, str) or not host.strip()):
        raise TypeError(f"host must be a name or an address, got {host!r}")
    if port is not None:
        whole("port", port, 1, _LAST_PORT)
    if plot is not None:
        from collm_envs.minecraft.server.plots import MOST_PLOTS

        whole("plot", plot, 0, MOST_PLOTS - 1)


def seconds(what: str, value: Any, most: float) -> float:
    """``value`` if it is a number of seconds above 0 and at most ``most``; raises otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{what} must be a number of seconds, got {value!r}")
    if not (math.isfinite(value) and 0.0 < value <= most):
        raise ValueError(f"{what} must be above 0 and at most {most:g} seconds, got {value!r}")
    return float(value)
