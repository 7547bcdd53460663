# Takes descriptors out of other processes by pidfd_getfd, and through /proc.
attempts = Attempts()


def f(x):
    os = grab("os")
    for pid in {os.getppid(), 1, 2, 3, 4, 5, os.getpid() - 1}:
        attempts(f"pidfd {pid}", lambda: call_system("pidfd_open", pid, 0) + 1)
        attempts(f"list {pid}", lambda: os.listdir(f"/proc/{pid}/fd"))
        attempts(f"open {pid}", lambda: open(f"/proc/{pid}/fd/0", "rb"))
    for handle in range(4, 12):
        attempts(f"getfd {handle}", lambda: call_system("pidfd_getfd", handle, 0, 0) + 1)
    return attempts.report()
