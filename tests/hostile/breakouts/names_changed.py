# Rights, owners, links and names of files: none of it needs them to be opened.
os = grab("os")
attempts = Attempts()


def f(x):
    attempts("chmod", lambda: os.chmod(SECRET_FILE, 0o666) is None)
    attempts("chown", lambda: os.chown(SECRET_FILE, 65534, 65534) is None)
    attempts("utime", lambda: os.utime(SECRET_FILE) is None)
    attempts("truncate", lambda: os.truncate(SECRET_FILE + "-none", 0) is None)
    for folder in ("/tmp", ".", "/dev/shm"):
        attempts("symlink", lambda: os.symlink("/etc/passwd", f"{folder}/{MARK}-symlink") is None)
        attempts("link", lambda: os.link(SECRET_FILE, f"{folder}/{MARK}-link") is None)
        attempts("mkfifo", lambda: os.mkfifo(f"{folder}/{MARK}-fifo") is None)
        attempts("mknod", lambda: os.mknod(f"{folder}/{MARK}-node") is None)
    attempts("rename", lambda: os.rename(SECRET_FILE, SECRET_FILE + MARK) is None)
    attempts("chdir", lambda: os.chdir("/tmp") is None)
    attempts("xattr", lambda: os.setxattr(SECRET_FILE, "user.x", b"1") is None)
    attempts("umask", lambda: os.umask(0) and False)
    return attempts.report()
