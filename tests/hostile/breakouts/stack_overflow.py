# Runs over the end of the stack: by Python calls, by comparisons, by parsing.
# ends: died, contained, timeout
def f(x):
    grab("sys").setrecursionlimit(2**31 - 1)
    deep = []
    for _ in range(3_000_000):
        deep = [deep]
    other = []
    for _ in range(3_000_000):
        other = [other]
    return f"contained: {deep == other}"
