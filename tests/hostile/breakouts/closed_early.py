# Takes away its own memory: unmaps, protects, overwrites the allocator's state; the end must be its own.
# ends: died, timeout
def f(x):
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None)
    libc.munmap(ctypes.c_void_p(id(f) >> 12 << 12), ctypes.c_size_t(1 << 20))
    libc.free(ctypes.c_void_p(id(x) + 8))
    while True:
        [bytearray(1000) for _ in range(1000)]
