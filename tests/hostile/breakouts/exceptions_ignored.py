# Catches whatever is thrown at it, memory errors and exits included.
# ends: timeout
def f(x):
    while True:
        try:
            while True:
                grab("time").sleep(0.01)
        except BaseException:
            continue
        finally:
            continue
