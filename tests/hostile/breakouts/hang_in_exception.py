# Hangs while its exception is described.
# ends: timeout, error
class Hanging(Exception):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


def f(x):
    raise Hanging(1, 2)
