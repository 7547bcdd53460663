# Opens files by parts of the library and the interpreter that do it in C or in another language's name.
attempts = Attempts("LEAK")


def f(x):
    sys = grab("sys")
    attempts("io.open_code", lambda: grab("io").open_code(SECRET_FILE).read())
    attempts("FileIO", lambda: grab("_io").FileIO(SECRET_FILE).read())
    attempts("linecache", lambda: grab("linecache").getlines(SECRET_FILE))
    attempts("loader", lambda: grab("_frozen_importlib_external").FileLoader("x", SECRET_FILE).get_data(SECRET_FILE))
    attempts("sqlite", lambda: grab("_sqlite3").connect(SECRET_FILE))
    attempts("zipimport", lambda: grab("zipimport").zipimporter(SECRET_FILE))
    attempts("codecs", lambda: grab("codecs").open(SECRET_FILE).read())
    attempts("faulthandler", lambda: grab("faulthandler").dump_traceback(open(SECRET_FILE, "w")))
    attempts("libc", lambda: grab("ctypes").CDLL(None).fopen(SECRET_FILE.encode(), b"r"))
    attempts("pythonapi", lambda: grab("ctypes").pythonapi._Py_fopen_obj(grab("ctypes").py_object(SECRET_FILE), b"r"))
    attempts("library", lambda: grab("ctypes").CDLL(SECRET_FILE))
    attempts("path", lambda: sys.path and grab("pathlib").Path(SECRET_FILE).read_text())
    attempts("fileinput", lambda: list(grab("fileinput").input(SECRET_FILE)))
    return attempts.report()
