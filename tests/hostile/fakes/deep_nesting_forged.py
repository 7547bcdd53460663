# The same as a frame, past the program's own encoder: half a million brackets.
os = grab("os")
turn = [0]


def f(*args):
    turn[0] += 1
    opening, closing = [(b"[", b"]"), (b'{"t":[', b"]}"), (b'{"a":', b"}")][turn[0] % 3]
    count = 900_000 // (len(opening) + len(closing))
    body = b'{"id":1,"ok":' + opening * count + b"1" + closing * count + b"}"
    data = len(body).to_bytes(4, "big") + body
    while data:
        data = data[os.write(3, data) :]
    grab("time").sleep(10)
