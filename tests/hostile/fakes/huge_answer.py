# Answers of many megabytes, as a value and as raw bytes that announce even more.
os = grab("os")


def f(*args):
    if args == (1,):
        return "x" * 60_000_000
    if args == (2,):
        return list(range(2_000_000))
    chunk = b"\xff" * 65536
    while True:
        os.write(3, chunk)
