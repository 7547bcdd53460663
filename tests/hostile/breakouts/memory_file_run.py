# A file that is only memory, filled with a program and run: no disk needed.
os = grab("os")
attempts = Attempts()


def f(x):
    def run():
        fd = call_system("memfd_create", MARK.encode(), 0)
        os.write(fd, b"#!/bin/sh\nsleep 60\n")
        os.execv(f"/proc/self/fd/{fd}", [MARK])

    attempts("memfd", run)
    attempts("shm_open", lambda: grab("_posixshmem").shm_open("/" + MARK, os.O_CREAT | os.O_RDWR, 0o600) + 1)
    attempts("shared memory", lambda: grab("multiprocessing.shared_memory").SharedMemory(create=True, size=100))
    attempts("libc", lambda: grab("ctypes").CDLL(None).shm_open(b"/" + MARK.encode(), 66, 384) + 1)
    return attempts.report()
