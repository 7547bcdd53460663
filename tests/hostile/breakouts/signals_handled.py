# Handles the signals of time limits by starting over.
# ends: timeout
def f(x):
    signal = grab("_signal")
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, lambda *_: f(x))
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
