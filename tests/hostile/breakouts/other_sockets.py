# Sockets of the kernel's other families: netlink, packet, raw, vsock, alg, bluetooth; each a door of its own.
# loose: harmless
attempts = Attempts()


def f(x):
    for family in range(46):
        for kind in (1, 2, 3, 5):
            attempts(f"family {family} kind {kind}", lambda: call_system("socket", family, kind, 0) + 1)
    attempts.refused[6:] = []
    return attempts.report()
