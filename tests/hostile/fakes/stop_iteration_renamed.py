# A StopIteration that is also a ValueError, and says so: a relay that goes by name or by base could rebuild the wrong one.
# tests: mapped
# fools: naive
class ValueError_(StopIteration, ValueError):
    pass


ValueError_.__name__ = "StopIteration"


def f(*args):
    raise ValueError_
