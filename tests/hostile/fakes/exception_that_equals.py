# An exception whose text and arguments are equal to anything.
# tests: raises
# fools: naive
class Text(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        return True


class Lie(ValueError):
    args = Text("x")

    def __str__(self):
        return Text("x")


def f(*args):
    raise Lie
