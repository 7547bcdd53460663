# Loads native libraries from disk, and modules that the sandbox did not load.
attempts = Attempts()


def f(x):
    ctypes = grab("ctypes")
    for name in ("libutil.so.1", "libsqlite3.so.0", "/lib/x86_64-linux-gnu/libutil.so.1"):
        attempts(name, lambda: ctypes.CDLL(name, mode=0)._handle)
    for name in (
        "sqlite3",
        "ssl",
        "asyncio",
        "multiprocessing",
        "subprocess",
        "http.client",
        "tkinter",
        "pip",
        "collm_envs",
        "numpy",
    ):
        attempts(name, lambda: grab(name).__name__ == name)
    return attempts.report()
