# More memory than the machine has, at once, in several shapes.
# ends: contained, died
attempts = Attempts()


def f(x):
    attempts("bytearray", lambda: len(bytearray(20 << 30)))
    attempts("str", lambda: len("x" * (20 << 30)))
    attempts("list", lambda: len([0] * (4 << 30)))
    attempts("decimal", lambda: len(bytes(8 << 30)))
    return attempts.report()
