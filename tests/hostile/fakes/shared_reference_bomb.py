# Twenty lists, each holding the one before ten times: small in memory, beyond all bounds when written out.
def f(*args):
    rows = ["nonce-"]
    for _ in range(20):
        rows = [rows] * 10
    return rows
