# Singletons and modules that no decoder expects.
# tests: truthy
# fools: naive
turn = [0]


def f(*args):
    turn[0] += 1
    return ... if turn[0] % 2 else grab("math")
