"""The same episode in other processes, where strings hash differently.

The factory travels as a pickle, that is by the name of its module and its own, also inside ``functools.partial`` or an
instance of a module's class. A lambda, a nested function or anything from a script run as ``__main__`` has no such
name; then the check is skipped, or fails if it was demanded with ``cross_process=True``.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from typing import Any

from collm_envs.testing.episodes import DEFAULT, Factory, Settings, replay, write_script
from collm_envs.testing.verdicts import ConformanceError, NotApplicable, same

HASH_SEEDS = ("1", "2", "3")  # a set of two comes in the same order in all four processes one time in eight
TIMEOUT = 120.0

# The path must be that of this process before anything is imported.
_CHILD = "import json, sys; job = json.load(sys.stdin); sys.path[:] = job['path']; from {module} import play_job; play_job(job)"


def check_processes(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The same seeds and actions give the same episodes in processes with other string hashes."""
    if how.cross_process is False:
        raise NotApplicable("switched off by cross_process=False")
    factory = _travelling(make_env, demanded=how.cross_process is True)
    scripts = {seed: write_script(make_env, how, seed) for seed in how.seeds}
    job = json.dumps({"path": sys.path, "factory": factory, "scripts": list(scripts.items())})
    with ThreadPoolExecutor(len(HASH_SEEDS)) as pool:
        elsewhere = [pool.submit(_play_elsewhere, job, hash_seed) for hash_seed in HASH_SEEDS]
        expected = [replay(make_env, seed, script) for seed, script in scripts.items()]
        for hash_seed, future in zip(HASH_SEEDS, elsewhere):
            for seed, here, there in zip(scripts, expected, future.result()):
                same(f"reset(seed={seed}) replayed in a process with PYTHONHASHSEED={hash_seed}", here, there)


def _travelling(make_env: Factory, demanded: bool) -> str:
    try:
        pickled = pickle.dumps(make_env)
        reason = "belongs to the script run as __main__" if b"__main__" in pickled else ""
    except Exception as error:  # pickle raises whatever the object's own hooks raise
        pickled, reason = b"", f"{type(error).__name__}: {error}"
    if reason:
        error_type = ConformanceError if demanded else NotApplicable
        raise error_type(f"make_env cannot be imported by another process: {reason}")
    return base64.b64encode(pickled).decode("ascii")


def _play_elsewhere(job: str, hash_seed: str) -> Any:
    where = f"process with PYTHONHASHSEED={hash_seed}"
    command = [sys.executable, "-c", _CHILD.format(module=__name__)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    try:
        done = subprocess.run(command, input=job.encode("ascii"), capture_output=True, env=environment, timeout=TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise ConformanceError(f"{where}: time to play: expected at most {TIMEOUT:.0f} s, got more") from error
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no output"])[-1]
        raise ConformanceError(f"{where}: exit status: expected 0, got {done.returncode} ({last})")
    return json.loads(done.stdout)


def play_job(job: dict[str, Any]) -> None:
    """What the other process does: replay the scripts and print the records."""
    with redirect_stdout(sys.stderr):  # an environment that prints must not spoil the answer
        make_env = pickle.loads(base64.b64decode(job["factory"]))
        records = [replay(make_env, seed, script) for seed, script in job["scripts"]]
    print(json.dumps(records))
