# Says that its class is str, so that isinstance() believes it, and is equal to everything.
# tests: typed
# fools: naive
class Liar:
    __hash__ = None

    @property
    def __class__(self):
        return str

    def __eq__(self, other):
        return True


def f(*args):
    return Liar()
