# A filter must refuse by number, not by luck: asks for every system call number there is with arguments that mean nothing, and
# reports those that got an answer from the kernel. Left out is what computing needs, and what would end or stop this process
# itself; 335 and 336 belong to the kernel's own probes, which no filter sees.
NEEDED = (
    "0 1 3 5 7 8 9 10 11 12 13 14 15 19 20 23 24 25 28 34 35 36 37 38 39 44 45 60 63 96 98 99 100 102 104 107 108 110 131 158 186 "
    "201 202 204 219 228 229 230 231 270 271 273 281 318 324 334 335 336"
)


def f(x):
    if MACHINE != "x86_64":
        return "contained: the numbers of this machine are not listed"
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    answered = []
    for number in set(range(470)) - set(map(int, NEEDED.split())):
        ctypes.set_errno(0)
        result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
        # EPERM is the filter's answer, ENOSYS that of a kernel without such a call.
        if result != -1 or ctypes.get_errno() not in (1, 38):
            answered.append(number)
    return f"ESCAPED: answered {answered}" if answered else "contained: all refused"
