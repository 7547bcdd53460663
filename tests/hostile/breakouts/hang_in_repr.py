# Hangs in what is called to encode or to describe a value.
# ends: garbled, timeout
class Hanging:
    def __repr__(self):
        while True:
            pass

    __str__ = __reduce__ = __iter__ = __len__ = __repr__


def f(x):
    return Hanging()
