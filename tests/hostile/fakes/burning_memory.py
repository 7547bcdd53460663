# The same with sizes that fit into memory just so, many times over.
# tests: burning
def f(x):
    return {1: 10**9, 2: 2**31, 3: 2**33}[x]
