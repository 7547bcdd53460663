# TCP and UDP: to the listener of the test run, to the machine's own addresses and to the world outside.
# loose: harmless
attempts = Attempts()


def f(x):
    socket = grab("_socket")
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for family, address in (
            (2, ("127.0.0.1", PORT)),
            (2, ("10.0.0.1", 53)),
            (2, ("172.17.0.1", PORT)),
            (10, ("::1", PORT)),
            (2, ("1.1.1.1", 53)),
        ):
            attempts(f"{address} {kind}", lambda: reach(socket.socket(family, kind), address))
    return attempts.report()


def reach(channel, address):
    channel.settimeout(0.15)
    channel.connect(address)
    channel.send(b"hello")
    # A datagram that was sent into nothing reached nobody, but a socket that takes it is one too many.
    return address
