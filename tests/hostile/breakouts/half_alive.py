# Closes its channel but lives on, so that nobody waits for an answer any more and nobody ends it.
# ends: died
os = grab("os")


def f(x):
    os.close(3)
    while True:
        pass
