# What the kernel put at the top of the stack when the process began: environment and arguments stay there, even if the process
# takes them out of its tables later. The name of the executable lies there, too, and the kernel says where.
attempts = Attempts("LEAK")
EXECUTABLE = 31  # of the auxiliary vector


def f(x):
    def top():
        ctypes = grab("ctypes")
        libc = ctypes.CDLL(None)
        libc.getauxval.restype = ctypes.c_ulong
        at = libc.getauxval(ctypes.c_ulong(EXECUTABLE))
        below = ctypes.string_at(at - 2048, 2048)
        return [word for word in below.split(b"\0") if word.startswith((b"HOST_SECRET", b"HOSTILE", b"nonce-"))]

    attempts("arguments and environment", top)
    return attempts.report()
