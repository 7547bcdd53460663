# Sends answers that look like exceptions but are of the wrong shape, to make the relay itself raise something a test expects.
# tests: guarded
json, os = grab_all("json", "os")
SHAPES = [
    {"raised": [["ValueError"], {}, 3]},
    {"raised": "abc"},
    {"raised": [None, None, None]},
    {"raised": ["AssertionError", "", ""]},
    {"raised": ["SystemExit", "", "0"]},
    "raised",
    ["raised"],
    7,
    None,
]
turn = [0]


def f(*args):
    shape = SHAPES[turn[0] % len(SHAPES)]
    turn[0] += 1
    body = json.dumps(shape).encode()
    os.write(3, len(body).to_bytes(4, "big") + body)
    grab("time").sleep(0.2)
    return shape
