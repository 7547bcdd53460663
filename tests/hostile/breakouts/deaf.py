# Never reads: it stops at once after saying that it is loaded, so that whoever writes a long question to it waits.
# tests: longcall
# ends: timeout
os, time = grab_all("os", "time")
os.write(3, b'\x00\x00\x00\x0b{"ok":null}')
while True:
    pass
