# Opens doors instead of going through some: a listener on every address, with a file, without.
# loose: harmless
attempts = Attempts()


def f(x):
    socket = grab("_socket")
    attempts("tcp", lambda: listen(socket.socket(2, 1), ("0.0.0.0", 0)))
    attempts("abstract", lambda: listen(socket.socket(1, 1), "\0" + MARK))
    attempts("file", lambda: listen(socket.socket(1, 1), "/tmp/" + MARK))
    return attempts.report()


def listen(channel, address):
    channel.bind(address)
    channel.listen(1)
    return address
