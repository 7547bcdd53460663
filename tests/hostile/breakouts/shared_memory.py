# Memory, semaphores and queues of System V and POSIX: they outlive the process and take up the machine's.
# loose: harmless
attempts = Attempts()


def f(x):
    attempts("shmget", lambda: removed(call_system("shmget", 0, 4096, 0o1600), 31 if MACHINE == "x86_64" else 195))
    attempts("semget", lambda: call_system("semget", 0x7777, 1, 0) + 1)
    attempts("msgget", lambda: call_system("msgget", 0x7777, 0) + 1)
    attempts("mq_open", lambda: call_system("mq_open", MARK.encode(), 0o100 | 2, 0o600, 0) + 1)
    attempts("semaphore", lambda: grab("_multiprocessing").SemLock(0, 1, 1, "/" + MARK, True))
    return attempts.report()


def removed(number, control):
    call_system(control, number, 0, 0)
    return number + 1
