# Becomes a shell under a marked name; everything that holds the program then holds a shell, or nothing.
# ends: contained
os = grab("os")
attempts = Attempts()


def f(x):
    for path in ("/bin/sh", "/bin/busybox", "/usr/bin/env", grab("sys").executable or "/usr/bin/python3"):
        attempts(f"execv {path}", lambda: os.execv(path, [MARK, "-c", "sleep 60"]))
        attempts(f"execve by number {path}", lambda: call_system("execve", path.encode(), 0, 0) + 1)
    attempts("execveat", lambda: call_system("execveat", -100, b"/bin/sh", 0, 0, 0) + 1)
    return attempts.report()
