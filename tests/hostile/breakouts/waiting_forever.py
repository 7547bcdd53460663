# Waits in the kernel for what never comes: a lock, an empty set of descriptors, a signal.
# ends: timeout
def f(x):
    signal, thread = grab_all("_signal", "_thread")
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    lock = thread.allocate_lock()
    lock.acquire()
    lock.acquire()
