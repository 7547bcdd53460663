# Threads without end, by every module that starts some; each one costs memory and a place in the kernel's table.
# ends: contained, died
attempts = Attempts()


def f(x):
    thread, time = grab_all("_thread", "time")
    started = [0]
    try:
        for _ in range(300):
            thread.start_new_thread(time.sleep, (30,))
            started[0] += 1
    except (RuntimeError, MemoryError):
        pass
    attempts("clone as a thread", lambda: call_system("clone", 0x00010F00, 0, 0, 0, 0) + 1)
    if started[0] > 64:
        return f"ESCAPED: {started[0]} threads"
    return attempts.report()
