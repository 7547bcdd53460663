# Text that cannot be written as UTF-8: a scorer that prints or stores it fails over it.
# tests: raises
turn = [0]


def f(*args):
    turn[0] += 1
    if turn[0] % 2:
        raise ValueError("\ud800" * 50 + "\x00\x1b[2J\r\n\u202e")
    return "\udfff\ud800"
