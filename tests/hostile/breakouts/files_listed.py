# Lists folders, asks whether files are there, follows links: names are knowledge too.
# loose: harmless
os = grab("os")
attempts = Attempts("LEAK")


def f(x):
    for path in ("/", "/tmp", "/root", "/home", "/proc", "/etc", ".", "/proc/self/fd", os.path.dirname(SECRET_FILE)):
        attempts(f"list {path}", lambda: os.listdir(path))
        attempts(f"scan {path}", lambda: [entry.name for entry in os.scandir(path)])
        attempts(f"stat {path}", lambda: os.stat(path))
        attempts(f"access {path}", lambda: os.access(path, os.F_OK))
    attempts("link", lambda: os.readlink("/proc/self/exe"))
    attempts("folder", os.getcwd)
    attempts("disk", lambda: os.statvfs("/"))
    return attempts.report()
