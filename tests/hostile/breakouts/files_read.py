# Reads files: the machine's accounts, keys, the secret of the test run, devices, its own interpreter.
# loose: harmless
os = grab("os")
attempts = Attempts("LEAK")
HOME = ("/root", "/home/user", "~")


def read(path):
    with open(path, "rb") as file:
        return file.read(40) or "empty"


def f(x):
    for path in (
        SECRET_FILE,
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        "/etc/hosts",
        "/root/.ssh/id_rsa",
        "/root/.bash_history",
        "/proc/meminfo",
        "/proc/self/status",
        "/proc/self/maps",
        "/proc/mounts",
        "/proc/version",
        "/sys/kernel/notes",
        "/dev/zero",
        "/proc/self/exe",
        "/proc/self/root/etc/passwd",
        "/proc/1/root/etc/passwd",
        "/usr/bin/python3",
        os.__file__,
    ):
        attempts(path, lambda: read(path))
    return attempts.report()
