# The same past the interpreter, by a callback that calls itself.
# ends: died, contained
def f(x):
    ctypes = grab("ctypes")
    grab("sys").setrecursionlimit(2**31 - 1)
    kind = ctypes.CFUNCTYPE(ctypes.c_int)
    call = kind(lambda: call())
    call()
    return "contained: the stack had no end"
