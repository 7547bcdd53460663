# A class whose metaclass calls it equal to everything.
# fools: naive
class Meta(type):
    __hash__ = type.__hash__

    def __eq__(cls, other):
        return True


class Anything(metaclass=Meta):
    pass


def f(*args):
    return Anything
