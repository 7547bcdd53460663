# Whole numbers of a gigabyte, by power and by shift; nothing in between can be interrupted.
# ends: contained, died, timeout
attempts = Attempts()


def f(x):
    attempts("shift", lambda: (1 << (1 << 36)).bit_length())
    attempts("power", lambda: (7 ** (1 << 33)).bit_length())
    return attempts.report()
