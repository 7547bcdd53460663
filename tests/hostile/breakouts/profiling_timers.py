# Leaves a profiling timer that signals every hundred microseconds and does nothing but be in the way.
# ends: contained, died, timeout
def f(x):
    signal = grab("_signal")
    signal.signal(signal.SIGPROF, lambda *_: None)
    signal.setitimer(signal.ITIMER_PROF, 0.0001, 0.0001)
    for _ in range(20_000):
        pass
    return "contained: it went on"
