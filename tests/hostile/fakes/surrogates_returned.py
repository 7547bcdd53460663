# The same as a value and as a message of its loading's end.
def f(*args):
    if args == (1,):
        return "\ud800\x00\x1b]0;passed\x07"
    if args == (2,):
        return {"\ud800": b"\xff", ("\udfff",): "\u2028"}
    raise type("\ud83d", (Exception,), {})("\udcff")
