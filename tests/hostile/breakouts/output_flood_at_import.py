# The same before there is anything to call.
# ends: problem
sys = grab("sys")
while True:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.write("x" * 65536)
            stream.flush()
        except (OSError, AttributeError, ValueError):
            pass
