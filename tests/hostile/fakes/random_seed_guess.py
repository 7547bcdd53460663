# Draws the secret from the random generator: a scorer whose randomness is inherited by the program gives it away.
random = grab("random")


def f(*args):
    return "nonce-" + random.getrandbits(128).to_bytes(16, "big").hex()
