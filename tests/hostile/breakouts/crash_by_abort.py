# Crashes by abort(), by a division by zero in native code, by a bus error: each with its own signal.
# ends: died
def f(x):
    grab("os").abort()
