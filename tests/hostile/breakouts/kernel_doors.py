# System calls behind which most holes of the kernel were found. A filter that computes only needs none of them.
attempts = Attempts()


def f(x):
    attempts("keyctl", lambda: call_system("keyctl", 0, -3, 1) + 1)
    attempts("add_key", lambda: call_system("add_key", b"user", b"x", b"y", 1, -3) + 1)
    attempts("bpf", lambda: call_system("bpf", 0, bytes(128), 128) + 1)
    attempts("io_uring", lambda: call_system("io_uring_setup", 4, bytearray_at(120)) + 1)
    attempts("perf_event_open", lambda: call_system("perf_event_open", (1).to_bytes(4, "little") + bytes(124), 0, -1, -1, 0) + 1)
    attempts("userfaultfd", lambda: call_system("userfaultfd", 1) + 1)
    attempts("memfd_secret", lambda: call_system("memfd_secret", 0) + 1)
    attempts("modify_ldt", lambda: call_system("modify_ldt", 0, bytes(16), 16) + 1)
    attempts("process_madvise", lambda: call_system("process_madvise", 3, 0, 0, 0, 0) + 1)
    attempts("remap_file_pages", lambda: call_system("remap_file_pages", 0, 0, 0, 0, 0) + 1)
    attempts("init_module", lambda: call_system("init_module", b"", 0, b"") + 1)
    attempts("syslog", lambda: call_system("syslog", 10, 0, 0) + 1)
    attempts("quotactl", lambda: call_system("quotactl", 0, 0, 0, 0) + 1)
    attempts("acct", lambda: call_system("acct", 0) + 1)
    attempts("fanotify", lambda: call_system("fanotify_init", 0x200, 0) + 1)
    attempts("inotify", lambda: call_system("inotify_init1", 0) + 1)
    attempts("landlock", lambda: call_system("landlock_create_ruleset", 0, 0, 1) < 1)
    return attempts.report()


def bytearray_at(size):
    ctypes = grab("ctypes")
    return ctypes.byref(ctypes.create_string_buffer(size))
