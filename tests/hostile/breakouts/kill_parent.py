# Kills and stops the processes above it: the verdict would never be sent.
attempts = Attempts()


def f(x):
    os, signal = grab_all("os", "_signal")
    parent = os.getppid()
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        attempts(f"kill {number}", lambda: os.kill(parent, number) is None)
        attempts(f"kill by number {number}", lambda: call_system("kill", parent, int(number)) == 0)
    attempts("tgkill", lambda: call_system("tgkill", parent, parent, 9) == 0)
    attempts("tkill", lambda: call_system("tkill", parent, 9) == 0)
    attempts("rt_sigqueueinfo", lambda: call_system("rt_sigqueueinfo", parent, 9, bytes(128)) == 0)
    attempts("rt_tgsigqueueinfo", lambda: call_system("rt_tgsigqueueinfo", parent, parent, 9, bytes(128)) == 0)
    attempts("pidfd", lambda: call_system("pidfd_send_signal", call_system("pidfd_open", parent, 0), 9, 0, 0) == 0)
    return attempts.report()
