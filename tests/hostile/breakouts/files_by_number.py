# Opens files by system calls that filters forget: openat, openat2, by handle, and a mount tree.
attempts = Attempts("LEAK")


def f(x):
    path = SECRET_FILE.encode()
    attempts("open", lambda: call_system(2, path, 0) + 1 if MACHINE == "x86_64" else 0)
    attempts("openat", lambda: call_system("openat", -100, path, 0) + 1)
    attempts("openat2", lambda: call_system("openat2", -100, path, bytes(24), 24) + 1)
    attempts("creat", lambda: call_system(85, path + b"x", 0o600) + 1 if MACHINE == "x86_64" else 0)
    attempts("name to handle", lambda: call_system("name_to_handle_at", -100, path, (64).to_bytes(72, "little"), bytes(8), 0) + 1)
    attempts("open by handle", lambda: call_system("open_by_handle_at", -100, (8).to_bytes(16, "little"), 0) + 1)
    attempts("open tree", lambda: call_system("open_tree", -100, b"/", 0) + 1)
    attempts("x32", lambda: call_system(0x40000000 | 2, path, 0) + 1)
    return attempts.report()
