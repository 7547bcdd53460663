# Devices: random numbers and memory of the machine, consoles, disks.
os = grab("os")
attempts = Attempts("LEAK")


def f(x):
    for name in (
        "null",
        "zero",
        "full",
        "random",
        "urandom",
        "tty",
        "ptmx",
        "mem",
        "kmem",
        "kmsg",
        "port",
        "fuse",
        "kvm",
        "net/tun",
        "vda",
        "sda",
        "shm",
        "console",
        "loop-control",
    ):
        attempts(name, lambda: os.open("/dev/" + name, os.O_RDONLY | os.O_NONBLOCK) + 1)
    return attempts.report()
