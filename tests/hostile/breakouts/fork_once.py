# One child is enough: it is not killed with its parent, and nobody counts its time.
# loose: harmless
os = grab("os")
attempts = Attempts()


def child():
    pid = os.fork()
    if pid == 0:
        grab("time").sleep(3)
        os._exit(0)
    return pid


def f(x):
    attempts("fork", child)
    return attempts.report()
