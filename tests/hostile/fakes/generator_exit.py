# GeneratorExit is no Exception; inside a generator it looks like an orderly end.
# tests: looped
def f(*args):
    raise GeneratorExit
