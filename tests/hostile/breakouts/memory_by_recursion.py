# Memory and stack by recursion with large frames.
# ends: contained, died, timeout
def f(x):
    grab("sys").setrecursionlimit(10**8)

    def deeper(held):
        return deeper([held] * 10_000)

    try:
        deeper([])
    except (MemoryError, RecursionError) as error:
        return f"contained: {type(error).__name__}"
    return "ESCAPED: an endless recursion ended"
