# Has the kernel signal somebody else: F_SETOWN makes another process the owner of a descriptor's events. Leases, notifications
# and locks do the like, and the same call makes more descriptors.
attempts = Attempts()
COMMANDS = {
    "owner": 8,
    "signal": 10,
    "flags": 4,
    "duplicate": 0,
    "duplicate above": 1030,
    "pipe size": 1031,
    "lease": 1024,
    "seal": 1033,
}


def f(x):
    parent = grab("os").getppid()
    for fd in (0, 1, 3):
        for name, command in COMMANDS.items():
            attempts(f"{name} {fd}", lambda: call_system("fcntl", fd, command, parent if name == "owner" else 9) + 1)
            attempts(f"{name} of the group {fd}", lambda: call_system("fcntl", fd, command, -parent) + 1)
    attempts("module", lambda: grab("fcntl").fcntl(3, 1))
    return attempts.report()
