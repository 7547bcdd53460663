# Answers with ids that are nearly right, missing or of another type, and values that are none: rubbish is not None.
# tests: rubbish
os = grab("os")
BODIES = [
    b'{"id":2,"ok":1}',
    b'{"id":"1","ok":1}',
    b'{"id":true,"ok":1}',
    b'{"id":1.0,"ok":1}',
    b'{"id":[1],"ok":1}',
    b'{"ok":1}',
    b'{"id":1}',
    b'{"id":1,"ok":1,"ok":2}',
    b'{"id":1,"ok":1,"verdict":"passed"}',
    b"{}",
    b"[]",
    b"null",
    b"",
    b"\xff\xfe",
    b'{"id":1,"ok":{}}',
    b'{"id":1,"ok":{"z":[]}}',
    b'{"id":1,"ok":{"t":1}}',
    b'{"id":1,"ok":{"d":[[1]]}}',
    b'{"id":1,"ok":{"d":[[[],1]]}}',
    b'{"id":1,"ok":{"x":"1"}}',
    b'{"id":1,"ok":{"x":[]}}',
    b'{"id":1,"ok":{"c":[1]}}',
    b'{"id":1,"ok":{"c":["1",{}]}}',
    b'{"id":1,"ok":{"b":"zz"}}',
    b'{"id":1,"ok":{"b":5}}',
    b'{"id":1,"ok":{"i":5}}',
]


def f(number):
    body = BODIES[number % len(BODIES)]
    os.write(3, len(body).to_bytes(4, "big") + body)
    grab("time").sleep(10)
