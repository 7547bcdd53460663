# Overwrites the interpreter's shared small integers and its True: arithmetic is never the same again in this process.
# tests: number
def f(*args):
    ctypes = grab("ctypes")
    size = (5).__sizeof__()
    for n in range(2, 20):
        ctypes.memmove(id(n) + 16, id(1) + 16, size - 16)
    ctypes.memmove(id(False) + 16, id(True) + 16, size - 16)
    return 7.0
