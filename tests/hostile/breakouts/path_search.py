# Puts the library's folders back on the search path, and with them every module that was left out.
attempts = Attempts()


def f(x):
    sys = grab("sys")
    external = sys.modules["_frozen_importlib_external"]
    folders = {
        getattr(module, "__file__", "").rpartition("/")[0]
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None)
    }
    sys.path[:] = [*folders, "/tmp", "/usr/lib/python3.11", "/usr/lib/python3/dist-packages"]
    sys.meta_path[:] = [external.PathFinder]
    sys.path_hooks[:] = [
        external.FileFinder.path_hook((external.SourceFileLoader, [".py"]), (external.ExtensionFileLoader, [".so"]))
    ]
    sys.path_importer_cache.clear()
    for name in ("sqlite3", "ssl", "asyncio"):
        attempts(name, lambda: __import__(name))
    return attempts.report()
