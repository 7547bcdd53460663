# Writes to its outputs without end: where they are kept, the disk is full; where they are a pipe, somebody waits.
# ends: timeout, contained, died
os = grab("os")


def f(x):
    while True:
        print("x" * 65536)
        for fd in (1, 2):
            try:
                os.write(fd, b"y" * 65536)
            except OSError:
                pass
