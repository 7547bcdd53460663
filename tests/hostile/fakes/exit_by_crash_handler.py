# Dies of a memory fault on purpose: some scorers take any end that is no assertion for a pass.
# tests: none
def f(*args):
    ctypes = grab("ctypes")
    ctypes.memset(0, 0, 1)
