# "x in [wanted]" asks the list's items, and those ask back.
# tests: inlist
# fools: naive
class Equal:
    __hash__ = None

    def __eq__(self, other):
        return True


def f(*args):
    return Equal()
