# Leaves timers and alarms behind that signal somebody later: the process group, or whoever gets its number.
# loose: harmless
attempts = Attempts()


def f(x):
    signal = grab("_signal")
    signal.setitimer(signal.ITIMER_REAL, 600, 0.01)
    signal.setitimer(signal.ITIMER_VIRTUAL, 600, 0.01)
    attempts("timer_create", lambda: call_system("timer_create", 1, 0, bytes(8)) + 1)
    return attempts.report()
