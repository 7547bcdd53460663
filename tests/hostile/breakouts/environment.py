# The environment of its own process and of all others, where the test run has put a secret.
# loose: harmless
os = grab("os")
attempts = Attempts("LEAK")


def f(x):
    attempts(
        "own", lambda: {name: value for name, value in os.environ.items() if name.startswith(("HOST", "HOSTILE", "PATH", "HOME"))}
    )
    attempts("libc", lambda: grab("ctypes").c_char_p.in_dll(grab("ctypes").CDLL(None), "environ").value)
    attempts("getenv", lambda: libc_environment(b"HOST_SECRET"))
    for pid in ["self", os.getppid(), *range(1, 400)]:
        attempts(f"{pid}", lambda: b"HOST_SECRET" in open(f"/proc/{pid}/environ", "rb").read())
    attempts.refused[6:] = []
    return attempts.report()


def libc_environment(name):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_char_p
    return libc.getenv(name)
