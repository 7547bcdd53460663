# Announces a frame and never sends the rest; then announces one of four gigabytes, and one of no length.
os, time = grab_all("os", "time")
STARTS = [b"\x00\x00\x10\x00{", b"\xff\xff\xff\xff{", b"\x00\x00\x00\x00", b"\x00\x00", b"\x80\x00\x00\x00"]


def f(*args):
    os.write(3, STARTS[args[0] % len(STARTS)] if isinstance(args[0], int) else b"")
    time.sleep(10)
