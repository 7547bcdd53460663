# Says that it is loaded before it is, and goes on; whatever it answers later is one answer behind.
os = grab("os")
body = b'{"ok":null}'
os.write(3, len(body).to_bytes(4, "big") + body)


def f(*args):
    return "passed"
