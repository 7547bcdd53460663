# A str, but one that is equal to every other str.
# tests: typed
# fools: naive
class Text(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


def f(*args):
    return Text("x")
