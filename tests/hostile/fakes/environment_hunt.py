# Looks for the secret where processes are told things: environment, arguments, flags, auxiliary files in /proc.
os, sys = grab_all("os", "sys")


def f(*args):
    texts = [repr(dict(os.environ)), repr(sys.argv), repr(getattr(sys, "orig_argv", "")), repr(sys.path), repr(sys._xoptions)]
    for pid in ("self", os.getppid(), 1):
        for name in ("environ", "cmdline", "stat", "comm"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    texts.append(repr(file.read()))
            except OSError:
                pass
    found = nonces(" ".join(texts))
    return found[0] if found else None
