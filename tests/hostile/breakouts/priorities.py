# Takes precedence over others, or all of the processors, or the disk.
os = grab("os")
attempts = Attempts()


def f(x):
    parent = os.getppid()
    attempts("nice", lambda: os.nice(-5) or True)
    attempts("setpriority", lambda: os.setpriority(os.PRIO_PROCESS, parent, 19) is None)
    attempts("affinity", lambda: os.sched_setaffinity(parent, {0}) is None)
    attempts("own affinity", lambda: os.sched_setaffinity(0, {0}) is None)
    attempts("scheduler", lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)) is None)
    attempts("io", lambda: call_system("ioprio_set", 1, parent, 0) == 0)
    attempts("move pages", lambda: call_system("move_pages", parent, 0, 0, 0, 0, 0) == 0)
    return attempts.report()
