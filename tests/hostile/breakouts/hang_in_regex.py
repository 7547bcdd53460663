# A regular expression that backtracks for years: no signal handler in Python runs meanwhile.
# ends: timeout
re = grab("re")


def f(x):
    re.match(r"(a+)+$", "a" * 60 + "b")
