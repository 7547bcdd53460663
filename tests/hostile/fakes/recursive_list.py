# A list that holds itself, and a dict that does.
def f(*args):
    rows = []
    rows.append(rows)
    fields = {}
    fields[0] = fields
    return rows if args == (1,) else fields
