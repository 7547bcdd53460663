# Returns the argument itself: what the test adds to it, the result has too.
# tests: alias
# fools: naive
def f(rows):
    return rows
