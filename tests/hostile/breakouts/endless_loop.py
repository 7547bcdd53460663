# Never returns.
# ends: timeout
def f(x):
    while True:
        pass
