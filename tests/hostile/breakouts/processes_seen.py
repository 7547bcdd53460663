# Looks at other processes: their command lines, their state, their users.
# loose: harmless
os = grab("os")
attempts = Attempts("LEAK")


def f(x):
    for pid in ["self", os.getppid(), *range(1, 300)]:
        for name in ("cmdline", "status", "stat"):
            attempts(f"{pid} {name}", lambda: open(f"/proc/{pid}/{name}", "rb").read())
    attempts("folders", lambda: [name for name in os.listdir("/proc") if name.isdigit()])
    attempts.refused[6:] = []
    return attempts.report()
