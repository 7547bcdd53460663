# prctl and its like: be readable again, outlive the parent, take in orphans, be named like another, change how the kernel runs it.
attempts = Attempts()


def f(x):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)

    def control(*arguments):
        result = libc.prctl(*[ctypes.c_ulong(number) for number in (*arguments, *[0] * (5 - len(arguments)))])
        if result < 0:
            raise OSError(ctypes.get_errno(), "refused")
        return True

    attempts("dumpable", lambda: control(4, 1))
    attempts("parent's death", lambda: control(1, 0))
    attempts("subreaper", lambda: control(36, 1))
    attempts("name", lambda: control(15, ctypes.addressof(ctypes.create_string_buffer(b"python3"))))
    attempts("tracer", lambda: control(0x59616D61, 2**64 - 1))
    attempts("seccomp", lambda: call_system("seccomp", 0, 0, 0) == 0)
    attempts("setsid", lambda: call_system("setsid") + 1)
    attempts("personality", lambda: call_system("personality", 0x0040000) + 1)
    attempts("setpgid", lambda: grab("os").setpgid(0, 0) is None)
    return attempts.report()
