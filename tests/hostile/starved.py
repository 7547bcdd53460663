"""A sandbox that gets no new processes in the middle of a program, and one whose time runs out: what do programs gain by it?

``python -m tests.hostile.starved`` is only ever started in a cage, whose limit on processes it lowers; it prints lines of JSON.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path

from collm_envs.coding.sandbox import Program, SandboxError

from tests.hostile.cage import PROCESSES_AT
from tests.hostile.outside import end_with_starter
from tests.hostile.programs import ENTRY_POINT, NONCE_PREFIX, Known, assembled, attacks
from tests.hostile.runner import opened

DEATHS = 5
"""More candidates than wait ready-made: the later ones have to be forked while there is no room for processes."""
BACKEND = "process-without-bwrap"
_DYING = """

hunted = f


def f(x):
    if x == 0:
        grab("time").sleep(0.3)
        grab("os")._exit(1)
    return hunted(x)
"""


def found_tests() -> int:
    """How many tests pass for programs that look for their tests in their own process, forked after a shortage of processes."""
    room = Path(os.environ[PROCESSES_AT]).parent / "pids.max"
    hunters = [attack for attack in attacks("fakes") if attack.name in ("frame_locals", "collector_hunt", "main_hunt")]
    passed = 0
    for attack in hunters:
        secret = NONCE_PREFIX + secrets.token_hex(16)
        tests = ("assert candidate(0) == 1",) * DEATHS + tuple(f"assert candidate({n}) == {secret!r}" for n in (1, 2, 3))
        code = assembled(attack, Known("", 0, "", "")) + _DYING
        most = room.read_text()
        with opened(BACKEND) as box:
            future = box.submit(Program(code, tests, ENTRY_POINT, call_limit=2.0, time_limit=6.0, most_losses=len(tests)))
            time.sleep(0.2)
            room.write_text((room.parent / "pids.current").read_text())
            try:
                passed += future.result().passed
            except SandboxError:
                pass  # An honest answer: nothing is known about the program.
            finally:
                room.write_text(most)
    return passed


def matters_by_delay() -> bool | None:
    """Whether a part that is not used counts as used, if the time is up before that can be tried."""
    code = "import time\n\ndef aux(x):\n    return x\n\ndef f(x):\n    time.sleep(0.25)\n    return x\n"
    tests = tuple(f"assert candidate({n}) == {n}" for n in range(4))
    ablation = code.replace("return x\n\ndef f", "return None\n\ndef f")
    with opened(BACKEND) as box:
        [verdict] = box.run([Program(code, tests, ENTRY_POINT, ablation=ablation, call_limit=1.0, time_limit=1.6)])
    return verdict.ablation_matters


if __name__ == "__main__":
    end_with_starter()
    print(json.dumps({"passed": found_tests()}), flush=True)
    print(json.dumps({"matters": matters_by_delay()}), flush=True)
