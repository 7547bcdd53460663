# Stops itself: whoever waits for its end waits forever.
# ends: contained, timeout, error
def f(x):
    os, signal = grab_all("os", "_signal")
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        signal.raise_signal(signal.SIGSTOP)
    except OSError as error:
        return f"contained: {error.errno}"
    return "contained: it went on"
