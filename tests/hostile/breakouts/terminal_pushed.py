# Pushes characters into the terminal, where a shell reads them after the program has ended; and other calls on descriptors.
attempts = Attempts()


def f(x):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)
    for fd in range(4):
        for request, name in ((0x5412, "push"), (0x540E, "control"), (0x541B, "pending"), (0x8902, "owner"), (0x5401, "settings")):

            def call():
                if libc.ioctl(fd, ctypes.c_ulong(request), ctypes.create_string_buffer(b"x" * 64)) < 0:
                    raise OSError(ctypes.get_errno(), "refused")
                return True

            attempts(f"{name} {fd}", call)
    return attempts.report()
