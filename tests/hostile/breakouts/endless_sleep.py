# Sleeps, and uses no processor time that a limit on it could notice.
# ends: timeout
def f(x):
    while True:
        grab("time").sleep(1000)
