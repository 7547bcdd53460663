# Sends descriptors over its channel, and asks the channel for some: the other side would hold them, or hand out its own.
# tests: report
# ends: contained, garbled, died
attempts = Attempts()


def f(x):
    socket = grab("_socket")

    def received():
        channel = socket.socket(fileno=3)
        try:
            channel.setblocking(False)
            return channel.recvmsg(1, 4096)[1]
        finally:
            channel.detach()

    def sent():
        channel = socket.socket(fileno=3)
        try:
            return channel.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, (0).to_bytes(4, "little"))]) + 1
        finally:
            channel.detach()

    attempts("receive", received)
    attempts("send", sent)
    return attempts.report()
