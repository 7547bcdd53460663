# Keys with one hash that differ only at their end: each comparison walks through all of them.
def f(*args):
    os, prime = grab("os"), 2**61 - 1
    start = ",".join(str(1000 + n) for n in range(380))
    keys = ",".join('[{"t":[' + start + ',{"i":"' + hex(prime * n) + '"}]},0]' for n in range(1, 510))
    body = '{"id":1,"ok":{"d":[' + keys + "]}}"
    data = len(body).to_bytes(4, "big") + body.encode()
    while data:
        data = data[os.write(3, data) :]
    grab("time").sleep(10)
