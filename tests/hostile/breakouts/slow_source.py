# Source that the compiler needs minutes for, or that brings it down: nesting, constants, huge numbers, exponents folded early.
# ends: problem
exec("x = " + "(" * 150 + "1" + ")" * 150)
exec("def g():\n" + "".join(" " * (n + 1) + "if 1:\n" for n in range(98)) + " " * 100 + "pass")
code = "x = " + "+".join(["1"] * 2_000_000)
exec(code)


def f(x):
    return "contained: compiled"
