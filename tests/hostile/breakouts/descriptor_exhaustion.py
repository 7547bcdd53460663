# Takes descriptors until there are none, by every call that makes one.
os = grab("os")
attempts = Attempts()


def many(make):
    made = [make()]
    try:
        while len(made) < 5000:
            made.append(make())
    except OSError:
        pass
    return f"{len(made)} descriptors" if len(made) > 300 else ""


def f(x):
    attempts("dup", lambda: many(lambda: os.dup(3)))
    attempts("pipe", lambda: many(os.pipe))
    attempts("memfd", lambda: many(lambda: os.memfd_create(MARK)))
    attempts("eventfd", lambda: many(lambda: os.eventfd(0)))
    attempts("open", lambda: many(lambda: os.open("/", 0)))
    attempts("epoll", lambda: many(lambda: grab("select").epoll()))
    return attempts.report()
