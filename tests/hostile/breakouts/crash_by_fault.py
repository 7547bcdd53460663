# Crashes by a memory fault.
# ends: died
def f(x):
    grab("ctypes").string_at(8)
