# The exception's __str__ and class name do the work: they run in the scorer, if it looks at them in the program's process.
# tests: raises
class Meta(type):
    def __getattribute__(cls, name):
        if name == "__name__":
            return "A" * 10_000_000
        return super().__getattribute__(name)


class Heavy(ValueError, metaclass=Meta):
    def __str__(self):
        raise StopIteration

    def __repr__(self):
        while True:
            pass


def f(*args):
    raise Heavy("x" * 50_000_000, object())
