# Unix sockets, by file and without one: services of the machine listen there, docker among them.
# loose: harmless
attempts = Attempts()


def f(x):
    socket = grab("_socket")
    for address in (
        SOCKET_FILE,
        "\0" + SOCKET_FILE,
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
        "/run/containerd/containerd.sock",
    ):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            attempts(f"{address} {kind}", lambda: reach(socket.socket(socket.AF_UNIX, kind), address))
    attempts("pair", lambda: socket.socketpair())
    return attempts.report()


def reach(channel, address):
    channel.settimeout(0.15)
    channel.connect(address)
    return address
