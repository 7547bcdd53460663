# A list that doubles until something gives way.
# ends: contained, died, timeout
def f(x):
    rows = [0]
    try:
        while len(rows) < 1 << 31:
            rows = rows + rows
    except MemoryError:
        return "contained: MemoryError"
    return f"ESCAPED: {len(rows)} items"
