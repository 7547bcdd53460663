"""What goes wrong with servers, bots and their set-up."""

from __future__ import annotations

from collm_envs.core.task import BackendLost


class ServerError(BackendLost):
    """A server, its bots, or the programs that drive them failed. The message says what happened, and what mends it.

    Attributes:
        kind: one word for programs. From the bots: ``refused`` (nothing listens, or it is no Minecraft server), ``timeout``,
            ``kicked``, ``version`` (it speaks another one), ``name_taken`` (a player of that name is online), ``ended`` (the
            connection is gone), ``bad_request``, ``server`` (anything else that a server said). From here: ``bridge`` (the bots'
            process is gone, or is another process's), ``embedded`` (the embedded server is gone or does not start), ``install``.
    """

    def __init__(self, message: str, kind: str = "server") -> None:
        super().__init__(message)
        self.kind = kind
