# So is a coroutine.
# tests: truthy
# fools: naive
async def f(*args):
    return False
