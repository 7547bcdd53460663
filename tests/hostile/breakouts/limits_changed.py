# Lifts its own limits and lowers those of its relatives.
os = grab("os")
attempts = Attempts()


def lifted(resource, which):
    try:
        resource.setrlimit(which, (-1, -1))
    except ValueError:
        raise OSError("above what is allowed") from None
    return True


def f(x):
    resource = grab("resource")
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"):
        attempts(f"lift {name}", lambda: lifted(resource, getattr(resource, name)))
    for pid in (os.getppid(), 1):
        attempts(f"lower {pid}", lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)))
        attempts(f"by number {pid}", lambda: call_system("prlimit64", pid, 0, 0, 0) == 0)
    return attempts.report()
