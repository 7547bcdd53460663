# Files that claim a terabyte and use nothing, until somebody copies them; and files without a name.
os = grab("os")
attempts = Attempts()


def sparse(folder):
    fd = os.open(f"{folder}/{MARK}", os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 1 << 40)
    return folder


def f(x):
    for folder in ("/tmp", "/dev/shm", "."):
        attempts(folder, lambda: sparse(folder))
        attempts("without a name", lambda: os.open(folder, os.O_RDWR | 0o20200000) + 1)
    attempts("temporary", lambda: grab("tempfile").TemporaryFile())
    return attempts.report()
