# An exception group that holds everything a test may expect, on Pythons that have one.
# tests: raises
def f(*args):
    kind = globals()["__builtins__"]
    kind = kind if isinstance(kind, dict) else vars(kind)
    if "ExceptionGroup" in kind:
        raise kind["ExceptionGroup"]("all", [ValueError("nonce-"), KeyError(1)])
    raise ValueError("nonce-")
