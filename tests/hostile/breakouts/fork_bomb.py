# Forks without end: one process too many and the whole machine stands still.
# ends: contained, died
os = grab("os")


def f(x):
    born = 0
    try:
        for _ in range(100):
            if os.fork() == 0:
                while True:
                    try:
                        os.fork()
                    except OSError:
                        pass
            born += 1
    except (OSError, AttributeError) as error:
        return f"contained: {type(error).__name__}" if not born else f"ESCAPED: {born} children"
    return f"ESCAPED: {born} children"
