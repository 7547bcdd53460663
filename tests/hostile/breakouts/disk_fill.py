# Fills every place that can be written, two hundred megabytes each, and takes them away again if that was possible.
os = grab("os")
attempts = Attempts()


def fill(folder):
    path = f"{folder}/{MARK}"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    written = 0
    try:
        for _ in range(200):
            written += os.write(fd, bytes(1 << 20))
    except OSError:
        pass
    os.close(fd)
    if written > 64 << 20:
        os.unlink(path)
    return f"{written >> 20} MB"


def f(x):
    for folder in ("/tmp", ".", "/dev/shm", "/var/tmp", "/run", "/root", "/home", "/", "/dev", "/proc/self", "/dev/mqueue"):
        attempts(folder, lambda: fill(folder))
    return attempts.report()
