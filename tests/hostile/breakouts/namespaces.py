# New namespaces, other processes' namespaces, another root, mounts: with them a user becomes root of a small world.
attempts = Attempts()


def f(x):
    for flag, name in (
        (0x10000000, "user"),
        (0x20000, "mount"),
        (0x40000000, "net"),
        (0x20000000, "pid"),
        (0x8000000, "ipc"),
        (0x2000000, "cgroup"),
    ):
        attempts(f"unshare {name}", lambda: call_system("unshare", flag) == 0)
    attempts("setns", lambda: call_system("setns", 3, 0) == 0)
    attempts("chroot", lambda: call_system("chroot", b"/") == 0)
    attempts("mount", lambda: call_system("mount", b"none", b"/tmp", b"tmpfs", 0, 0) == 0)
    attempts("fsopen", lambda: call_system("fsopen", b"tmpfs", 0) + 1)
    attempts("pivot_root", lambda: call_system("pivot_root", b"/", b"/") == 0)
    attempts("sethostname", lambda: call_system("sethostname", b"x", 0) == 0)
    return attempts.report()
