"""The process that candidates are forked from: everything is imported and given up beforehand, so that a fork is all it takes.

It never sees a program, a test or a verdict, so that no candidate inherits a trace of one.
"""

from __future__ import annotations

import gc
import os
import socket
from typing import Any

from . import candidate, confine, judge

FORK = b"f"
_DONE, _REFUSED = b"d", b"r"
_ANSWER = 5


class Refused(Exception):
    """No candidate could be forked."""


def serve(orders: socket.socket, memory: int) -> None:
    """Send a frame of what is refused to candidates here, then fork one for each order. Never returns."""
    try:
        confine.die_with_parent()
        confine.shut_eyes()
        confine.limit(memory)
        landlock = confine.lock_files()
        rules = confine.call_filter()
        gc.freeze()
        tried = _tried(rules, memory)
        judge.send(orders, {"landlock": landlock, **tried})
        while orders.recv(1) == FORK:
            _reap()
            try:
                _fork(orders, rules, tried["seccomp"])
            except OSError as error:
                orders.sendall(_REFUSED + (error.errno or 0).to_bytes(4, "big"))
    finally:
        os._exit(0)


def receive(channel: socket.socket, limit: float) -> tuple[int, list[int]]:
    """The answer to an order: the candidate's pid, and the descriptors of its socket and, where there are such, its pidfd.

    Raises:
        Refused: if there is none within ``limit`` seconds.
    """
    channel.settimeout(limit)
    try:
        answer, descriptors, _, _ = socket.recv_fds(channel, _ANSWER, 2)
    except OSError as error:
        raise Refused(f"the zygote does not answer: {error}") from None
    number = int.from_bytes(answer[1:], "big")
    if answer[:1] != _DONE or not descriptors:
        raise Refused(f"no process could be forked: {os.strerror(number)}" if answer else "the zygote ended")
    return number, descriptors


def _fork(orders: socket.socket, rules: Any, enforced: bool) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pid = os.fork()
        if pid == 0:
            try:
                if _confine_child(ours.fileno(), rules) >= enforced:  # What held at the start must hold for each.
                    candidate.serve(3)
            finally:
                os._exit(0)
        # Before anything can reap the child, so that the handle means no other process, however early it dies.
        theirs.setblocking(False)
        handle = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
        socket.send_fds(orders, [_DONE + pid.to_bytes(4, "big")], [theirs.fileno()] + [handle] * (handle >= 0))
        if handle >= 0:
            os.close(handle)


def _confine_child(channel: int, rules: Any) -> bool:
    confine.die_with_parent()
    os.dup2(channel, 3)
    os.closerange(4, 64)
    return confine.install(rules)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _tried(rules: Any, memory: int) -> dict[str, bool]:
    """Have a child, held as candidates are, try what they must not do; by name, whether it was refused."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pid = os.fork()
        if pid == 0:
            try:
                seccomp = _confine_child(ours.fileno(), rules)
                os.write(3, bytes([seccomp, *confine.refused(memory).values()]))
            finally:
                os._exit(0)
        ours.close()
        theirs.settimeout(5.0)
        try:
            outcome = theirs.recv(64)
        except OSError:
            outcome = b""
    os.waitpid(pid, 0)
    names = ["seccomp", *confine.ATTEMPTS]
    return dict(zip(names, map(bool, outcome.ljust(len(names), b"\0"))))
