# Becomes root, or anybody else, or asks for what only root may.
os = grab("os")
attempts = Attempts()


def f(x):
    attempts("is root", lambda: os.geteuid() == 0 or os.getuid() == 0)
    attempts("setuid", lambda: os.setuid(0) is None)
    attempts("seteuid", lambda: os.seteuid(0) is None)
    attempts("setresuid", lambda: os.setresuid(0, 0, 0) is None)
    attempts("setgid", lambda: os.setgid(0) is None)
    attempts("setgroups", lambda: os.setgroups([0]) is None)
    attempts("capset", lambda: call_system(126, bytes(8), bytes(24)) == 0 if MACHINE == "x86_64" else 0)
    return attempts.report()
