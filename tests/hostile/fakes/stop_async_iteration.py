# The same game with the end of asynchronous loops.
# tests: mapped
def f(*args):
    raise StopAsyncIteration
