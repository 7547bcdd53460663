# Writes machine code into memory and runs it: allowed or not, what it asks of the kernel must be refused.
attempts = Attempts()
CODE = {
    # mov eax, 57 (fork); syscall; ret
    "x86_64": b"\xb8\x39\x00\x00\x00\x0f\x05\xc3",
    # clone(17, 0, 0, 0, 0): mov x0, 17; mov x1..x4, 0; mov x8, 220; svc 0; ret
    "aarch64": bytes.fromhex("200280d2010080d2020080d2030080d2040080d2881b80d2010000d4c0035fd6"),
}


def run(code):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    at = libc.mmap(None, ctypes.c_size_t(4096), 7, 0x22, -1, ctypes.c_long(0))
    if at in (None, 2**64 - 1):
        raise OSError(ctypes.get_errno(), "no memory that is executable")
    ctypes.memmove(at, code, len(code))
    return ctypes.CFUNCTYPE(ctypes.c_long)(at)()


def f(x):
    code = CODE.get(MACHINE)
    if code is None:
        return "contained: no code for this machine"
    attempts("fork", lambda: run(code) > -1)
    return attempts.report()
