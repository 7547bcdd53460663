# Asks whether it could signal all processes, its group, and any single one. Signal 0 asks without doing harm.
# loose: harmless
attempts = Attempts()


def f(x):
    os = grab("os")
    attempts("everybody", lambda: os.kill(-1, 0) is None)
    attempts("group", lambda: os.killpg(0, 0) is None)
    attempts("group of the parent", lambda: os.kill(-os.getpgid(os.getppid()), 0) is None)
    for pid in range(1, 600):
        if pid != os.getpid():
            attempts(f"{pid}", lambda: os.kill(pid, 0) is None)
    attempts.refused[5:] = []
    return attempts.report()
