# Many small dicts with keys that collide: each one alone is too small to be worth timing.
def f(*args):
    os, prime = grab("os"), 2**61 - 1
    keys = ",".join(f'[{{"i":"{hex(prime * n)}"}},0]' for n in range(1, 510))
    one = '{"d":[' + keys + "]}"
    body = '{"id":1,"ok":[' + ",".join([one] * (1_000_000 // len(one))) + "]}"
    data = len(body).to_bytes(4, "big") + body.encode()
    while data:
        data = data[os.write(3, data) :]
    grab("time").sleep(10)
