# Attaches to other processes as a debugger would, and reads and writes their memory.
attempts = Attempts()


def f(x):
    os = grab("os")
    for pid in {os.getppid(), 1, 2, 3, 4, 5, os.getpid() - 1, os.getpid() - 2, os.getpid() + 1}:
        attempts(f"attach {pid}", lambda: call_system("ptrace", 16, pid, 0, 0) == 0)
        attempts(f"seize {pid}", lambda: call_system("ptrace", 0x4206, pid, 0, 0) == 0)
        place = (id(x)).to_bytes(8, "little") + (8).to_bytes(8, "little")
        attempts(f"read {pid}", lambda: call_system("process_vm_readv", pid, place, 1, place, 1, 0) > 0)
        attempts(f"write {pid}", lambda: call_system("process_vm_writev", pid, place, 1, place, 1, 0) > 0)
        attempts(f"compare {pid}", lambda: call_system("kcmp", os.getpid(), pid, 0, 3, 3) >= 0)
        attempts(f"mem {pid}", lambda: open(f"/proc/{pid}/mem", "r+b"))
    attempts("trace me", lambda: call_system("ptrace", 0, 0, 0, 0) == 0)
    return attempts.report()
