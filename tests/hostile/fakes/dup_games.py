# Puts its channel in the place of every other descriptor and the other way round, in the hope to reach somebody else's.
# tests: none
os = grab("os")


def f(*args):
    for fd in channels():
        for other in (0, 1, 2, 3, 4, 10, 31):
            try:
                os.dup2(fd, other)
            except (OSError, AttributeError):
                pass
    os._exit(0)
