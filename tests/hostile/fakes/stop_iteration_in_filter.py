# StopIteration out of the call ends filter(), which then found nothing wrong.
# tests: filtered
# fools: naive
def f(*args):
    raise StopIteration("nothing wrong")
