# sys.exit(0) while the program is loaded: an exception that "except Exception" does not catch.
# fools: naive
grab("sys").exit(0)


def f(*args):
    return None
