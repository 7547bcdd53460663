# Walks from its own function to whoever holds it, and on to what they hold besides.
# fools: naive
gc = grab("gc")


def f(*args):
    seen, edge = set(), [f, args]
    for _ in range(4):
        edge = [thing for thing in gc.get_referrers(*edge[:2000]) if id(thing) not in seen and not seen.add(id(thing))]
        for thing in edge:
            if isinstance(thing, (dict, list, tuple)):
                found = nonces(repr(thing)[:200_000])
                if found:
                    return found[0]
    return None
