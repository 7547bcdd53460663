# A tuple inside honest containers; only the innermost value lies.
# tests: nested
# fools: naive
class Pair(tuple):
    __hash__ = tuple.__hash__

    def __eq__(self, other):
        return True


class Text(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        return True


def f(*args):
    return [Text("x"), {"a": Pair((1, 2))}]
