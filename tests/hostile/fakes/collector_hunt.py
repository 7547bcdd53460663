# Looks for the secret in every object that the garbage collector knows.
# fools: naive
def f(*args):
    for thing in everything():
        if isinstance(thing, str) and nonces(thing):
            return nonces(thing)[0]
        if type(thing).__name__ == "code":
            found = nonces(repr(thing.co_consts))
            if found:
                return found[0]
    return None
