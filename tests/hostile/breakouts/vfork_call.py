# vfork shares the memory of its parent, which stands still until the child is gone.
# ends: contained, died
attempts = Attempts()


def f(x):
    attempts("vfork", lambda: call_system("vfork") + 1)
    return attempts.report()
