# The ways of the library to start a program: subprocess, posix_spawn, system, popen, spawn.
# loose: harmless
os = grab("os")
attempts = Attempts()


def f(x):
    attempts("system", lambda: os.system("exit 7") == 7 << 8)
    attempts("popen", lambda: os.popen("echo here").read())
    attempts("posix_spawn", lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "exit 0"], {}))
    attempts("spawnv", lambda: os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit 3"]) == 3)
    attempts("subprocess", lambda: grab("subprocess").run(["/bin/sh", "-c", "echo here"], capture_output=True).stdout)
    attempts("fork_exec", lambda: grab("_posixsubprocess") and grab("os").forkpty()[0])
    return attempts.report()
