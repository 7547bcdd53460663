# Maps memory past the allocator: private, shared, with reserve and without, huge pages.
# ends: contained, died
attempts = Attempts()


def f(x):
    def mapped(flags):
        ctypes = grab("ctypes")
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        total = 0
        for _ in range(40):
            at = libc.mmap(None, ctypes.c_size_t(256 << 20), 3, flags, -1, ctypes.c_long(0))
            if at in (None, 2**64 - 1):
                break
            total += 256
        return f"{total} MB" if total > 4096 else ""

    attempts("private", lambda: mapped(0x22))
    attempts("shared", lambda: mapped(0x21))
    attempts("without reserve", lambda: mapped(0x4022))
    attempts("module mmap", lambda: len(grab("mmap").mmap(-1, 16 << 30)))
    return attempts.report()
