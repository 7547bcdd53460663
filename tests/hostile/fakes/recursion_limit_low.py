# Lowers the recursion limit, so that whatever runs after it fails with an exception that a test may expect.
# tests: guarded
sys = grab("sys")


def f(*args):
    for limit in range(1, 60):
        try:
            sys.setrecursionlimit(limit)
            break
        except RecursionError:
            pass
    raise RecursionError
