# StopIteration out of the call ends map(), and all() of no values is true.
# tests: mapped
# fools: naive
def f(*args):
    raise StopIteration
