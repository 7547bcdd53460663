# A function is true; a decoder that makes an opaque object of what it does not know makes something true.
# tests: truthy
# fools: naive
def f(*args):
    return f
