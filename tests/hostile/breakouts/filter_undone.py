# Tries to get the filter off again: a second one that allows all, strict mode, and by handing its work to an older thread.
# ends: contained, died
attempts = Attempts()


def f(x):
    ctypes, os = grab_all("ctypes", "os")
    libc = ctypes.CDLL(None, use_errno=True)
    allow = (0x06).to_bytes(2, "little") + bytes(2) + (0x7FFF0000).to_bytes(4, "little")
    code = ctypes.create_string_buffer(allow)
    rules = ctypes.create_string_buffer((1).to_bytes(8, "little") + ctypes.addressof(code).to_bytes(8, "little"))
    libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(rules)), 0, 0)
    libc.syscall(317, 1, 0, ctypes.c_void_p(ctypes.addressof(rules)))
    attempts("file", lambda: os.open("/", 0) + 1)
    attempts("fork", lambda: os.fork() + 1)
    attempts("socket", lambda: call_system("socket", 2, 1, 0) + 1)
    return attempts.report()
