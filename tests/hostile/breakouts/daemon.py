# Forks twice and leaves its session, so that it belongs to nobody; it would go on for a minute under a marked name.
os = grab("os")
attempts = Attempts()


def daemon():
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    if os.fork():
        os._exit(0)
    os.execv("/bin/sh", [MARK, "-c", "sleep 60"])
    return None


def f(x):
    attempts("daemon", daemon)
    return attempts.report()
