"""How many programs a second a sandbox judges, and what that costs.

    python benchmarks/sandbox.py [--rounds N] [--soak [N]] [--envs [N]]

An honest program in HumanEval's manner (a helper, a function that uses it, 7 asserts); no two problems are alike, and eight
programs in a row are of the same problem, as samples of a model are. Each round runs all ways one after another, so that the
medians over rounds compare on a machine that is busy with other things, too. Ways:

- *embedded*, *docker*: the backends of ``collm_envs.coding.sandbox``; ``bwrap`` with bubblewrap's namespaces around it;
- *subprocess*: ``python -I -S`` for each program, tests and program in one module, which a program can fake and which holds
  nobody; *docker run*: the same in a container for each program;
- *floor*: fork from a small warm interpreter with the same modules, and wait; a sandbox needs at least one a program.

``--soak`` runs 20,000 programs and watches memory and descriptors (those in containers are not seen). ``--envs`` steps 64
environments of CoopHE one by one and together (``collm_envs.core.vector``).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count, islice
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from collm_envs.coding.sandbox import MEMORY, Program, Sandbox, SandboxError, open_sandbox
from collm_envs.coding.sandbox.process import INSIDE, ProcessBackend

ROUNDS = 5
SAMPLES = 8
BATCH = 512
RATE_BARS = {1: 150.0, 2: 250.0}
START, TOGETHER = "start-up", f"{BATCH} programs on 2 workers"
SECONDS_BARS = {f"{START}, embedded": 0.5, f"{START}, docker": 1.5, f"{TOGETHER}, embedded": 3.0}
DOCKER_BAR = 0.75
"""Of the embedded backend's rate."""

CODE = """
def aux(number: int, base: int) -> list[int]:
    \"\"\"The digits of a number, the last one first.\"\"\"
    digits = []
    while number:
        number, digit = divmod(number, base)
        digits.append(digit)
    return digits or [0]


def digit_table(numbers: list[int], base: int) -> dict[int, int]:
    \"\"\"How often each digit comes up in the numbers, written in a base.\"\"\"
    table: dict[int, int] = {}
    for number in numbers:
        for digit in aux(number, base):
            table[digit] = table.get(digit, 0) + 1
    return table
"""
FORKS = """
import gc, os, sys, time
sys.path[0] = sys.argv[1]
from inside import modules
modules.load()
gc.freeze()
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print(time.perf_counter() - start)
"""

Way = Callable[[], float]
"""Runs some programs and returns how many were done in a second."""


def programs() -> Iterator[Program]:
    """Programs without end."""
    namespace: dict[str, Any] = {}
    exec(CODE, namespace)
    for problem in count(1):
        cases = [([problem * k, problem + k, 7 * k], 2 + k) for k in range(1, 8)]
        tests = tuple(f"assert candidate{case!r} == {namespace['digit_table'](*case)!r}" for case in cases)
        yield from [Program(CODE, tests, "digit_table")] * SAMPLES


STREAM = programs()


def some(number: int) -> list[Program]:
    """The next programs."""
    return list(islice(STREAM, number))


def note(text: str) -> None:
    """Say what is going on, on a terminal, in place of what was said before."""
    if sys.stderr.isatty():
        print(f"\r{text:<100}", end="", file=sys.stderr, flush=True)


# -- ways to run a program ----------------------------------------------------------------------------------------------


def run_checked(box: Sandbox, number: int) -> float:
    """Seconds for a number of programs, all of which must pass."""
    batch = some(number)
    start = time.perf_counter()
    verdicts = box.run(batch)
    seconds = time.perf_counter() - start
    assert all(verdict.all_passed for verdict in verdicts)
    return seconds


def by_sandbox(box: Sandbox) -> Way:
    """Programs in an open sandbox."""
    number = 64 * box.workers
    run_checked(box, number)
    return lambda: number / run_checked(box, number)


def by_command(words: Sequence[str], clients: int, number: int) -> Way:
    """A process for each program, a number of them at a time; ``words`` are the command up to the source."""

    def one(program: Program) -> None:
        source = "\n".join([program.code, f"candidate = {program.entry_point}", *program.tests])
        subprocess.run([*words, source], check=True, stdin=subprocess.DEVNULL)

    def way() -> float:
        batch = some(number)
        start = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            list(pool.map(one, batch))
        return number / (time.perf_counter() - start)

    return way


def floor() -> float:
    """Forks of a warm interpreter."""
    number = 200
    words = [sys.executable, "-I", "-S", "-c", FORKS, str(INSIDE.parent), str(number)]
    return number / float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


# -- the tables ---------------------------------------------------------------------------------------------------------


def openers() -> dict[str, Callable[[int], Sandbox]]:
    """How to open each backend with a number of workers; those that are not to be had are named and left out."""
    found: dict[str, Callable[[int], Sandbox]] = {}
    wanted: dict[str, Callable[[int], Sandbox]] = {
        "embedded": lambda workers: Sandbox(ProcessBackend(bubblewrap=False), workers, MEMORY),
        "embedded, bwrap": lambda workers: Sandbox(ProcessBackend(bubblewrap=True), workers, MEMORY),
        "docker": lambda workers: open_sandbox("docker", workers),
    }
    for name, opened in wanted.items():
        if name.endswith("bwrap") and which("bwrap") is None:
            print(f"left out: {name}: bubblewrap is not installed")
            continue
        try:
            opened(1).close()
        except SandboxError as error:
            print(f"left out: {name}: {error}")
        else:
            found[name] = opened
    return found


def rates(backends: dict[str, Callable[[int], Sandbox]], rounds: int) -> None:
    """Programs per second of every way, with one and with two workers."""
    ways: dict[tuple[str, int], Way] = {}
    with ExitStack() as stack:
        for name, opened in backends.items():
            for workers in RATE_BARS:
                ways[name, workers] = by_sandbox(stack.enter_context(opened(workers)))
        for clients in RATE_BARS:
            ways["subprocess", clients] = by_command([sys.executable, "-I", "-S", "-c"], clients, 16 * clients)
        if "docker" in backends:
            words = ["docker", "run", "--rm", "--network", "none", "--entrypoint", "python", "collm-envs/sandbox", "-I", "-S", "-c"]
            for clients in RATE_BARS:
                ways["docker run", clients] = by_command(words, clients, 2 * clients)
        ways["floor", 1] = floor
        got: dict[tuple[str, int], list[float]] = {key: [] for key in ways}
        for number in range(1, rounds + 1):
            for (name, workers), way in ways.items():
                note(f"round {number} of {rounds}: {name}, {workers}")
                got[name, workers].append(way())
    note("")
    print(f"\n{'programs per second':<22}{'workers':>8}{'median':>9}{'least':>9}{'most':>9}{'bar':>9}")
    for (name, workers), values in got.items():
        bar = RATE_BARS[workers] if name.startswith("embedded") else 0.0
        if name == "docker":
            bar = DOCKER_BAR * median(got["embedded", workers])
        print(f"{name:<22}{workers:>8}{row(values, bar)}")


def row(values: Sequence[float], bar: float = 0.0, digits: int = 0, small: bool = False) -> str:
    """Median, least and most of some values, and the bar (0: none) that the median should reach or, if small, stay below."""
    value = median(values)
    missed = bar and (value > bar if small else value < bar)
    shown = "".join(f"{number:>9.{digits}f}" for number in (value, min(values), max(values)))
    return shown + (f"{bar:>9.{digits}f}" if bar else "") + "  missed" * bool(missed)


def seconds(backends: dict[str, Callable[[int], Sandbox]], rounds: int) -> None:
    """Seconds until a sandbox of one worker is ready, and for a batch on two workers."""
    got: dict[str, list[float]] = {f"{what}, {name}": [] for what in (START, TOGETHER) for name in backends}
    for number in range(1, rounds + 1):
        for name, opened in backends.items():
            note(f"round {number} of {rounds}: start-up and batch, {name}")
            start = time.perf_counter()
            with opened(1):
                got[f"{START}, {name}"].append(time.perf_counter() - start)
            with opened(2) as box:
                got[f"{TOGETHER}, {name}"].append(run_checked(box, BATCH))
    note("")
    print(f"\n{'seconds':<42}{'median':>9}{'least':>9}{'most':>9}{'bar':>9}")
    for label, values in got.items():
        bar = next((bar for beginning, bar in SECONDS_BARS.items() if label.startswith(beginning)), 0.0)
        print(f"{label:<42}{row(values, bar, 2, small=True)}")


# -- growth -------------------------------------------------------------------------------------------------------------


def descendants() -> list[int]:
    """Processes that this one started, and those that they did."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # It has ended meanwhile.
            continue
    found = [os.getpid()]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def resident(pids: Sequence[int]) -> float:
    """Megabytes of memory that processes hold, shared pages counted for each."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total / 1024


def descriptors(pids: Sequence[int]) -> int:
    """Open descriptors, of the processes that one may look at."""
    total = 0
    for pid in pids:
        try:
            total += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            continue
    return total


def soak(name: str, opened: Callable[[int], Sandbox], number: int) -> None:
    """Memory and descriptors while many programs are run, at ten moments."""
    step, own = max(1, number // 10), [os.getpid()]
    heads = ("host MB", "host fds", "worker MB", "worker fds", "processes", "per s")
    print(f"\n{f'{name}, 2 workers':<28}" + "".join(f"{head:>12}" for head in heads))
    with opened(2) as box:
        run_checked(box, BATCH)
        for done in range(0, number + 1, step):
            taken = run_checked(box, step) if done else 0.0
            others = descendants()
            cells = [f"{resident(own):.1f}", descriptors(own), f"{resident(others):.1f}", descriptors(others), len(others)]
            cells.append(f"{step / taken:.0f}" if done else "")
            print(f"{f'{done:,} programs':<28}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


# -- environments -------------------------------------------------------------------------------------------------------


def environments(number: int, rounds: int) -> None:
    """Environments of CoopHE, each with a problem of its own, stepped one by one and together."""
    from collm_envs import coophe_v0
    from collm_envs.core.vector import VectorEnv

    aux, _, main = CODE.partition("\n\n\n")
    prompt = main.partition("    table")[0] + "\n"
    batch = some(SAMPLES * number)[::SAMPLES]
    problems = []
    for program in batch:
        test = "def check(candidate):\n    " + "\n    ".join(program.tests)
        problems.append({"task": {"prompt": prompt, "entry_point": "digit_table", "test": test}})
    print(f"\n{f'steps per second, {number} environments':<42}{'median':>9}{'least':>9}{'most':>9}")
    for workers in RATE_BARS:
        with open_sandbox("auto", workers) as box:
            envs = VectorEnv([coophe_v0.parallel_env(sandbox=box) for _ in range(number)])
            actions = [{"coder_0": aux, "coder_1": main}] * number
            got: dict[str, list[float]] = {"one by one": [], "together": []}
            for _ in range(rounds):
                for how, values in got.items():
                    envs.reset(seed=0, options=problems)
                    start = time.perf_counter()
                    if how == "together":
                        rewards = envs.step(actions)[1]
                    else:
                        rewards = [env.step(action)[1] for env, action in zip(envs.envs, actions)]
                    values.append(number / (time.perf_counter() - start))
                    assert {reward["coder_0"] for reward in rewards} == {4.0}
        for how, values in got.items():
            label = f"{how}, {workers} workers"
            print(f"{label:<42}{row(values)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds that medians are over (default: {ROUNDS})")
    parser.add_argument("--soak", type=int, nargs="?", const=20_000, metavar="N", help="watch memory over N programs (20,000)")
    parser.add_argument("--envs", type=int, nargs="?", const=64, metavar="N", help="step N environments of CoopHE (64)")
    asked = parser.parse_args()
    backends = openers()
    if asked.envs:
        environments(asked.envs, asked.rounds)
    if asked.soak:
        for name, opened in backends.items():
            soak(name, opened, asked.soak)
    if not (asked.envs or asked.soak):
        rates(backends, asked.rounds)
        seconds(backends, asked.rounds)


if __name__ == "__main__":
    main()
