# The same with values, which a verdict shows as well.
# tests: many
def f(*args):
    return ["\U0010ffff" * 30, "\udfff" * 30, b"\xff" * 30] * 3
