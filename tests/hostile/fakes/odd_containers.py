# Things that look like data but are not: ranges, views, deques, decimals, views of memory. All are true.
# tests: truthy
# fools: naive
collections, decimal = grab_all("collections", "decimal")
turn = [0]


def f(*args):
    turn[0] += 1
    return [range(3), {1: 2}.keys(), collections.deque([1]), decimal.Decimal(1), memoryview(b"x"), [object()]][turn[0] % 6]
