# Leaves things in every object it can find, for the program that comes after it in the same worker.
# ends: contained, died
sys = grab("sys")


def f(x):
    for module in list(sys.modules.values()):
        try:
            module.candidate = module.f = module.print = module.math = None
        except (AttributeError, TypeError):
            pass
    for thing in everything():
        if type(thing) is dict and "__builtins__" in thing:
            thing["f"] = thing["candidate"] = f
    builtins = sys.modules["builtins"]
    for name in ("range", "len", "int", "list", "isinstance", "AssertionError"):
        setattr(builtins, name, None)
    return "contained: whatever comes next decides"
