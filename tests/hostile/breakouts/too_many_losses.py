# Ends in every call, over and over: each time a new process has to be made for it.
# ends: died
def f(x):
    grab("os")._exit(3)
