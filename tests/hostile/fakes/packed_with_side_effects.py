# Containers whose methods lie while they are written out: endless iterators, wrong lengths, items that change meanwhile.
class Rows(list):
    def __iter__(self):
        while True:
            yield "nonce-"

    def __len__(self):
        return -1

    def __getitem__(self, item):
        return self


class Fields(dict):
    def items(self):
        return iter(Rows([1]))

    def keys(self):
        raise StopIteration


turn = [0]


def f(*args):
    turn[0] += 1
    return [Rows([1]), Fields(a=1), [Rows(), Fields()]][turn[0] % 3]
