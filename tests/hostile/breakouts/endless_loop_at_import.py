# Never finishes loading.
# ends: problem
while True:
    pass
