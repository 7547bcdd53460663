# Looks up a name: the name server learns what it wants to say.
attempts = Attempts()


def f(x):
    socket = grab("_socket")
    attempts("getaddrinfo", lambda: socket.getaddrinfo("localhost", 80))
    attempts("gethostbyname", lambda: socket.gethostbyname("localhost"))
    return attempts.report()
