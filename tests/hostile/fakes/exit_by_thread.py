# A thread that ends the process with code 0 while the call hangs; where threads are refused, the same from the call.
# fools: naive
os = grab("os")


def leave():
    os._exit(0)


def f(*args):
    try:
        grab("_thread").start_new_thread(leave, ())
        grab("time").sleep(0.5)
    except (ImportError, RuntimeError):
        leave()
