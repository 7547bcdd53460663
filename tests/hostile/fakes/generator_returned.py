# A generator is true before it has done anything.
# tests: truthy
# fools: naive
def f(*args):
    yield False
