# Small files and folders without end: a disk is full of names long before it is full of bytes.
os = grab("os")
attempts = Attempts()


def names(folder):
    made = []
    try:
        for number in range(2000):
            path = f"{folder}/{MARK}-{number}"
            os.mkdir(path)
            made.append(path)
    except OSError:
        if not made:
            raise
    for path in made[1:]:
        os.rmdir(path)
    return len(made)


def f(x):
    for folder in ("/tmp", ".", "/dev/shm", "/var/tmp"):
        attempts(folder, lambda: names(folder))
    return attempts.report()
