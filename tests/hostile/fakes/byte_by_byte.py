# Sends its answer a byte at a time: every single read is in time, the answer never is.
os, time = grab_all("os", "time")


def f(*args):
    body = b'{"id":1,"ok":"' + b"x" * 1000 + b'"}'
    for byte in len(body).to_bytes(4, "big") + body:
        os.write(3, bytes([byte]))
        time.sleep(0.05)
