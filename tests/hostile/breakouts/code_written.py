# Opens files of the interpreter, of the library and of the worker for writing: the next program would run what is in them.
os, sys = grab_all("os", "sys")
attempts = Attempts()


def f(x):
    paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())} - {None}
    paths |= {sys.executable, sys.prefix + "/pyvenv.cfg", "/etc/ld.so.preload", "/usr/lib/python3/dist-packages/" + MARK}
    for path in sorted(paths, key=str):
        attempts(f"{path}", lambda: os.open(path, os.O_WRONLY | os.O_APPEND) + 1)
    attempts.refused[4:] = []
    attempts("new", lambda: os.open(os.path.dirname(os.__file__) + "/" + MARK, os.O_WRONLY | os.O_CREAT) + 1)
    return attempts.report()
