# A sum over a range that ends after centuries, in C all the way.
# ends: timeout
def f(x):
    return sum(range(10**18))
