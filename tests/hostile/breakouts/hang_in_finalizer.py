# Returns at once and hangs when its object is destroyed, and once more at the end of the interpreter.
# ends: contained, timeout
class Hanging:
    def __del__(self):
        while True:
            pass


def f(x):
    grab("atexit").register(Hanging().__init__)
    return "contained: returned"
