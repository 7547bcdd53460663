# Means that hostile programs share. This text is put in front of each of them: it runs inside the sandbox, and uses no
# import statement.


def grab(name):
    """The module of this name, by every way there is; ImportError where none leads to it."""
    try:
        __import__(name)
        return __import__("sys").modules[name]
    except (ImportError, KeyError, AttributeError, TypeError):
        pass
    found = _hidden_module("sys")
    if name == "sys" and found is not None:
        return found
    modules = getattr(found, "modules", {})
    if name in modules and modules[name] is not None:
        return modules[name]
    bootstrap = modules.get("_frozen_importlib")
    external = modules.get("_frozen_importlib_external")
    for finder in (
        getattr(bootstrap, "BuiltinImporter", None),
        getattr(bootstrap, "FrozenImporter", None),
        getattr(external, "PathFinder", None),
    ):
        try:
            spec = finder.find_spec(name)
            module = bootstrap._load(spec)
            if module is not None:
                return module
        except (ImportError, AttributeError, OSError, TypeError):
            pass
    module = _hidden_module(name)
    if module is None:
        raise ImportError(f"no way to {name}")
    return module


def _hidden_module(name):
    # Functions of classes written in Python know their module's globals, and those know other modules.
    for cls in _subclasses(object, set()):
        for method in list(vars(cls).values()):
            space = getattr(method, "__globals__", None)
            if space is None:
                continue
            module = space.get(name) or (space.get("sys") and space["sys"].modules.get(name))
            if type(module).__name__ == "module":
                return module
    # Whoever called the program has modules of its own, and those have others.
    frame = __import__("sys")._getframe()
    while frame is not None:
        for module in list(frame.f_globals.values()):
            found = getattr(module, "__dict__", {}).get(name)
            if type(module).__name__ == type(found).__name__ == "module":
                return found
        frame = frame.f_back
    return None


def _subclasses(cls, seen):
    for sub in type.__subclasses__(cls):
        if sub not in seen:
            seen.add(sub)
            _subclasses(sub, seen)
    return seen


def grab_all(*names):
    return [grab(name) for name in names]


def everything():
    """All objects that the garbage collector knows, and what they lead to in two steps."""
    gc = grab("gc")
    objects = gc.get_objects()
    near = gc.get_referents(*objects)
    return objects + near + gc.get_referents(*near[:200000])


def nonces(text):
    """What looks like a secret of the test run in a str or in bytes."""
    re = grab("re")
    if isinstance(text, str):
        text = text.encode("utf-8", "replace")
    return [found.decode() for found in re.findall(rb"nonce-[0-9a-f]{32}", text)]


def channels():
    """Descriptors from 0 to 255 that are open."""
    os = grab("os")
    found = []
    for fd in range(256):
        try:
            os.fstat(fd)
        except OSError:
            continue
        found.append(fd)
    return found


class Attempts:
    """A list of things tried, and in the end what a breakout returns."""

    REFUSED = (OSError, ImportError, MemoryError, AttributeError, OverflowError, RuntimeError)

    def __init__(self, word="ESCAPED"):
        self.word = word
        self.done = []
        self.refused = []
        self.broken = []

    def __call__(self, label, action):
        """Runs it. A true result counts as achieved, an exception as refused."""
        try:
            result = action()
        except self.REFUSED as error:
            self.refused.append(f"{label} {type(error).__name__} {getattr(error, 'errno', '')}".strip())
        except Exception as error:
            self.broken.append(f"{label} {type(error).__name__} {error}"[:80])
        else:
            if result:
                self.done.append(f"{label} {result!r}"[:80])
            else:
                self.refused.append(label)

    def report(self):
        if self.done:
            return f"{self.word}: " + "; ".join(self.done)
        if self.broken:
            return "BROKEN: " + "; ".join(self.broken)
        return "contained: " + "; ".join(self.refused)


# Numbers of system calls.
CALLS = {
    "x86_64": (
        "socket 41 clone 56 fork 57 vfork 58 execve 59 kill 62 ptrace 101 personality 135 setrlimit 160 chroot 161 "
        "mount 165 tkill 200 remap_file_pages 216 keyctl 250 add_key 248 unshare 272 perf_event_open 298 "
        "open_by_handle_at 304 setns 308 process_vm_readv 310 process_vm_writev 311 prlimit64 302 seccomp 317 "
        "memfd_create 319 bpf 321 execveat 322 userfaultfd 323 io_uring_setup 425 pidfd_send_signal 424 pidfd_open 434 "
        "clone3 435 openat2 437 pidfd_getfd 438 shmget 29 semget 64 msgget 68 rt_sigqueueinfo 129 rt_tgsigqueueinfo 297 "
        "tgkill 234 inotify_init1 294 fanotify_init 300 open_tree 428 fsopen 430 kcmp 312 sched_setaffinity 203 "
        "setpriority 141 setsid 112 setuid 105 getpid 39 openat 257 mq_open 240 timer_create 222 memfd_secret 447 "
        "mprotect 10 mknodat 259 pivot_root 155 reboot 169 init_module 175 process_madvise 440 syslog 103 quotactl 179 "
        "swapon 167 sethostname 170 ioprio_set 251 name_to_handle_at 303 migrate_pages 256 move_pages 279 "
        "sched_setscheduler 144 modify_ldt 154 landlock_create_ruleset 444 acct 163 fcntl 72 ioctl 16"
    ),
    "aarch64": (
        "socket 198 clone 220 execve 221 kill 129 ptrace 117 personality 92 setrlimit 164 chroot 51 mount 40 tkill 130 "
        "remap_file_pages 234 keyctl 219 add_key 217 unshare 97 perf_event_open 241 open_by_handle_at 265 setns 268 "
        "process_vm_readv 270 process_vm_writev 271 prlimit64 261 seccomp 277 memfd_create 279 bpf 280 execveat 281 "
        "userfaultfd 282 io_uring_setup 425 pidfd_send_signal 424 pidfd_open 434 clone3 435 openat2 437 pidfd_getfd 438 "
        "shmget 194 semget 190 msgget 186 rt_sigqueueinfo 138 rt_tgsigqueueinfo 240 tgkill 131 inotify_init1 26 "
        "fanotify_init 262 open_tree 428 fsopen 430 kcmp 272 sched_setaffinity 122 setpriority 140 setsid 157 setuid "
        "146 getpid 172 openat 56 mq_open 180 timer_create 107 memfd_secret 447 mprotect 226 mknodat 33 pivot_root 41 "
        "reboot 142 init_module 105 process_madvise 440 syslog 116 quotactl 60 swapon 224 sethostname 161 ioprio_set 30 "
        "name_to_handle_at 264 migrate_pages 238 move_pages 239 sched_setscheduler 119 landlock_create_ruleset 444 acct "
        "89 fcntl 25 ioctl 29"
    ),
}


def call_system(name, *args):
    """A system call by name, past everything in Python. Arguments are ints or bytes-like; OSError where it is refused."""
    words = CALLS[MACHINE].split()
    number = dict(zip(words[::2], map(int, words[1::2]))).get(name) if isinstance(name, str) else name
    if number is None:
        raise OSError(38, f"no {name} here")
    ctypes = grab("ctypes")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    sent = [ctypes.c_char_p(arg) if isinstance(arg, bytes) else ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = libc.syscall(ctypes.c_long(number), *sent)
    if result == -1:
        raise OSError(ctypes.get_errno(), f"{name} refused")
    return result
