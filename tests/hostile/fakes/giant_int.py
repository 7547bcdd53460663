# Integers of millions of digits: to print or to compare them in decimal takes minutes.
# tests: number
def f(*args):
    return 1 << 3_900_000 if args[0] % 2 else -(7**900_000)
