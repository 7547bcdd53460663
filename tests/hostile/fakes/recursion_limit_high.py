# Lifts the recursion limit and recurses until the stack is gone: a crash in place of an answer.
# tests: none
sys = grab("sys")


def f(*args):
    sys.setrecursionlimit(2**31 - 1)
    return repr(deep(0))


def deep(n):
    return sorted([n], key=lambda _: deep(n + 1))
