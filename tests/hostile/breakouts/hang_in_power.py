# One multiplication after another of numbers with millions of digits.
# ends: timeout, contained, died
def f(x):
    return f"contained: {(3 ** (3**17)) % 10}"
