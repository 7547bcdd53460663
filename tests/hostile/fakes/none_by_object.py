# What cannot be sent is not None either.
# tests: none
class Falsy:
    def __bool__(self):
        return False


def f(*args):
    return Falsy()
