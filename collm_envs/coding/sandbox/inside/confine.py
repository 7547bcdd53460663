"""What a process gives up before it runs anything: memory, files, network, processes. Pure ctypes, nothing to install.

Two layers do the same work: seccomp lets a process make only the system calls that computing needs, so that it cannot even ask
for a file, a socket or a process; landlock, where the kernel has it, would refuse the files if it could. What could be
enforced here is what these functions return; nothing is taken for granted.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import socket
import sys
from typing import Any

try:
    import resource
except ImportError:  # No such limits on this platform.
    resource = None  # type: ignore[assignment]

LINUX = sys.platform == "linux"
MOST_SECONDS = 3600
"""Seconds of processor time; a backstop behind the limits of wall clock that every program has."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_libc: Any = ctypes.CDLL(None, use_errno=True) if LINUX else None


def _prctl(*arguments: int) -> bool:
    return LINUX and _libc.prctl(*(ctypes.c_ulong(value) for value in arguments), *[ctypes.c_ulong(0)] * (5 - len(arguments))) == 0


def die_with_parent() -> None:
    """Be killed when the parent process ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def shut_eyes() -> bool:
    """Keep processes of the same user from reading this one's memory and descriptors; true if that is enforced."""
    return _prctl(_PR_SET_DUMPABLE, 0)


def limit(memory: int) -> bool:
    """Limit address space to ``memory`` bytes, and files, core dumps and processor time; true if all is enforced."""
    if resource is None:
        return False
    wanted = [("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_CPU", MOST_SECONDS), ("RLIMIT_AS", memory)]
    enforced = True
    for name, value in wanted:
        try:
            hard = resource.getrlimit(getattr(resource, name))[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, OSError, ValueError):
            enforced = False
    return enforced


def drop_root(user: int) -> None:
    """If this is root, become user and group ``user`` for good; root without the right to do so stays what it is."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)


# -- landlock -----------------------------------------------------------------------------------------------------------

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_FILES_OF_FIRST = (1 << 13) - 1
_FILES_SINCE = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}


def lock_files() -> int:
    """Refuse every file, and connections and signals as far as the kernel can; the version of landlock, 0 if there is none."""
    if not LINUX:
        return 0
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return 0
    files = _FILES_OF_FIRST | sum(bit for since, bit in _FILES_SINCE.items() if version >= since)
    fields = [files] + [3] * (version >= 4) + [3] * (version >= 6)
    ruleset = (ctypes.c_uint64 * len(fields))(*fields)
    handle = _libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(ctypes.sizeof(ruleset)), ctypes.c_uint32(0))
    if handle < 0:
        return 0
    try:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        return int(version) if _libc.syscall(_RESTRICT_SELF, ctypes.c_int(handle), ctypes.c_uint32(0)) == 0 else 0
    finally:
        os.close(handle)


# -- seccomp ------------------------------------------------------------------------------------------------------------

# What computing needs: memory, clocks, its own signals, the descriptors it has. No opening, no naming, no processes.
_COMPUTING = {
    "x86_64": (
        "read 0 write 1 close 3 fstat 5 lseek 8 mmap 9 mprotect 10 munmap 11 brk 12 rt_sigaction 13 rt_sigprocmask 14 "
        "rt_sigreturn 15 readv 19 writev 20 select 23 sched_yield 24 mremap 25 madvise 28 pause 34 nanosleep 35 getitimer 36 "
        "alarm 37 setitimer 38 getpid 39 exit 60 gettimeofday 96 getrusage 98 sysinfo 99 times 100 getuid 102 "
        "getgid 104 geteuid 107 getegid 108 getppid 110 sigaltstack 131 gettid 186 time 201 futex 202 sched_getaffinity 204 "
        "restart_syscall 219 clock_gettime 228 clock_getres 229 clock_nanosleep 230 exit_group 231 pselect6 270 "
        "set_robust_list 273 getrandom 318 membarrier 324 rseq 334"
    ),
    "aarch64": (
        "read 63 write 64 close 57 fstat 80 lseek 62 mmap 222 mprotect 226 munmap 215 brk 214 rt_sigaction 134 "
        "rt_sigprocmask 135 rt_sigreturn 139 readv 65 writev 66 sched_yield 124 mremap 216 madvise 233 nanosleep 101 "
        "getitimer 102 setitimer 103 getpid 172 exit 93 gettimeofday 169 getrusage 165 sysinfo 179 times 153 "
        "getuid 174 getgid 176 geteuid 175 getegid 177 getppid 173 sigaltstack 132 gettid 178 futex 98 "
        "sched_getaffinity 123 restart_syscall 128 clock_gettime 113 clock_getres 114 clock_nanosleep 115 exit_group 94 "
        "pselect6 72 set_robust_list 99 getrandom 278 membarrier 283 rseq 293"
    ),
}
# The judge besides waits for answers, and is handed the sockets of candidates.
_JUDGING = {
    "x86_64": "poll 7 sendto 44 recvfrom 45 sendmsg 46 recvmsg 47",
    "aarch64": "ppoll 73 sendto 206 recvfrom 207 sendmsg 211 recvmsg 212",
}
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # the last with EPERM
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction))]


def call_filter(judging: bool = False) -> Any:
    """The system calls that remain, as a filter for :func:`install`; None where this machine's numbers are not known."""
    machine = platform.machine()
    if not LINUX or machine not in _COMPUTING or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    words = f"{_COMPUTING[machine]} {_JUDGING[machine] if judging else ''}".split()
    numbers = [int(word) for word in words[1::2]]
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    # Each test jumps over the tests that remain and the refusal behind them.
    program += [(_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    program += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    instructions = (_Instruction * len(program))(*(_Instruction(*line) for line in program))
    return _Filter(len(program), instructions)


def install(rules: Any) -> bool:
    """Give up all system calls but those of ``rules``, for good; true if that is enforced."""
    if rules is None:
        return False
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1) and _prctl(_PR_SET_SECCOMP, 2, ctypes.addressof(rules))


# -- trying it ----------------------------------------------------------------------------------------------------------


def _open_file(memory: int) -> None:
    os.close(os.open("/", os.O_RDONLY))


def _open_socket(memory: int) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _fork_process(memory: int) -> None:
    if os.fork() == 0:
        os._exit(0)


def _signal_parent(memory: int) -> None:
    os.kill(os.getppid(), 0)


def _take_memory(memory: int) -> None:
    bytearray(memory)


ATTEMPTS = {
    "network": _open_socket,
    "files": _open_file,
    "processes": _fork_process,
    "signals": _signal_parent,
    "memory": _take_memory,
}
"""What a candidate must be refused, by name."""


def refused(memory: int) -> dict[str, bool]:
    """Try all of :data:`ATTEMPTS` in this process; by name, whether it was refused."""
    outcome = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt(memory)
        except (OSError, MemoryError):
            outcome[name] = True
        else:
            outcome[name] = False
    return outcome
