# An object that is equal to everything.
# fools: naive
class Equal:
    __hash__ = None

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


def f(*args):
    return Equal()
