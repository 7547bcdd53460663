# Nested so deep that writing or reading it recursively ends in a crash of whoever does it.
def f(*args):
    deep = []
    for _ in range(200_000):
        deep = [deep] if args == (1,) else {0: deep}
    return deep
