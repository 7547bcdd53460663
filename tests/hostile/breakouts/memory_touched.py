# Takes memory in pieces and writes to each, so that it is really used, up to four gigabytes.
# ends: contained, died, timeout
def f(x):
    pieces = []
    try:
        for _ in range(64):
            pieces.append(bytearray(b"x") * (64 << 20))
    except MemoryError:
        return f"contained: MemoryError after {len(pieces)} pieces" if len(pieces) < 40 else f"ESCAPED: {len(pieces)} pieces"
    return f"ESCAPED: {len(pieces)} pieces"
