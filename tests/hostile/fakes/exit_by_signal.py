# A timer's signal handler ends the process well while the call goes on.
# fools: naive
signal, os = grab_all("_signal", "os")
signal.signal(signal.SIGALRM, lambda *_: os._exit(0))


def f(*args):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass
