# So is a type.
# tests: truthy
# fools: naive
def f(*args):
    return int
