# Ignores, blocks and handles every signal that can be, and goes on.
# ends: timeout
def f(x):
    signal = grab("_signal")
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
