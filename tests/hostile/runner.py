"""Run hostile programs through a sandbox, and print what came of each as a line of JSON.

``python -m tests.hostile.runner BACKEND NAME...`` is only ever started in a cage (see ``cage.py``), by ``test_hostile.py``.
Every hostile program goes in together with honest ones, on two workers: beside it, and after it on either worker.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from typing import Any

from collm_envs.coding.sandbox import MEMORY, Program, Sandbox, SandboxError, Verdict, open_sandbox
from collm_envs.coding.sandbox.process import ProcessBackend

from tests.hostile import outside
from tests.hostile.programs import ENTRY_POINT, NONCE_PREFIX, SHAPES, Attack, Known, assembled, attacks, filled

WORKERS = 2
CALL_LIMIT, TIME_LIMIT = 0.6, 1.5
BACKENDS = ("process", "process-without-bwrap", "docker")
PASSABLE = tuple(shape for shape, tests in SHAPES.items() if tests.honest)


def program(attack: Attack, known: Known) -> Program:
    """The hostile program with its tests, whose secrets are drawn here and known to nobody else."""
    shape, secret, number = SHAPES[attack.shape], NONCE_PREFIX + secrets.token_hex(16), secrets.randbelow(10**9) / 1000
    return Program(
        code=assembled(attack, known),
        tests=tuple(filled(test, secret, number) for test in shape.tests),
        entry_point=ENTRY_POINT,
        prelude=filled(shape.prelude, secret, number),
        call_limit=CALL_LIMIT,
        time_limit=TIME_LIMIT,
        most_losses=len(shape.tests) + 1,
    )


def told(shape: str) -> Program:
    """A program that was told the secret of its tests: it passes them all."""
    secret, number = NONCE_PREFIX + secrets.token_hex(16), secrets.randbelow(10**9) / 1000
    texts = SHAPES[shape]
    return Program(
        code=filled(texts.honest, secret, number),
        tests=tuple(filled(test, secret, number) for test in texts.tests),
        entry_point=ENTRY_POINT,
        prelude=filled(texts.prelude, secret, number),
    )


def honest() -> Program:
    """An honest program, with a number that no other one has."""
    step = secrets.randbelow(1000)
    code = f"def twice(x):\n    return 2 * x\n\ndef f(x):\n    return [twice(x) + {step}, math.floor(2.5)]\n"
    return Program(code, tuple(f"assert candidate({x}) == [{2 * x + step}, 2]" for x in range(3)), ENTRY_POINT)


def described(verdict: Verdict) -> dict[str, Any]:
    texts = [verdict.problem] + [text for result in verdict.results for text in (result.detail, result.call)]
    return {
        "passed": verdict.passed,
        "outcomes": [result.outcome for result in verdict.results],
        "details": [result.detail[:300] for result in verdict.results],
        "calls": [result.call[:600] for result in verdict.results],
        "problem": verdict.problem[:300],
        "longest_text": max(map(len, texts)),
        "printable": all(_can_be_written(text) for text in texts),
    }


def _can_be_written(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def opened(backend: str) -> Sandbox:
    """A sandbox of one of BACKENDS."""
    if backend == "process-without-bwrap":
        return Sandbox(ProcessBackend(bubblewrap=False), WORKERS, MEMORY)
    return open_sandbox(backend, workers=WORKERS)


def run(box: Sandbox, attack: Attack, bait: outside.Bait, before: dict[int, outside.Process]) -> dict[str, Any]:
    """What came of one hostile program, its honest neighbours and the world outside."""
    result: dict[str, Any] = {"program": str(attack), "error": ""}
    began = time.monotonic()
    try:
        verdict, *beside = box.run([program(attack, bait.known), honest(), honest()])
        result |= described(verdict)
        result["seconds"] = time.monotonic() - began
        after = box.run([honest() for _ in range(2 * WORKERS)])
        result["neighbours"] = [[one.outcome for one in verdict.results] for verdict in [*beside, *after] if not verdict.all_passed]
    except SandboxError as error:
        result |= {"error": f"SandboxError: {error}", "seconds": time.monotonic() - began}
    result["survivors"] = outside.survivors(before, bait.mark)
    result["visits"] = bait.seen()
    return result


def say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    outside.end_with_starter()
    backend, *names = sys.argv[1:]
    chosen = [attack for attack in attacks() if not names or str(attack) in names]
    mark = "hostile-" + secrets.token_hex(6)
    with outside.Bait(mark) as bait:
        with opened(backend) as box:
            box.run([honest() for _ in range(4 * WORKERS)])
            time.sleep(0.2)
            before = outside.crowd(mark)
            say({"isolation": {str(key): str(value) for key, value in box.isolation.items()}, "processes": len(before)})
            for shape, verdict in zip(PASSABLE, box.run([told(shape) for shape in PASSABLE])):
                say({"shape": shape, "passed": verdict.all_passed, **({} if verdict.all_passed else described(verdict))})
            for attack in chosen:
                say({"starting": str(attack)})
                say(run(box, attack, bait, before))
            files = outside.marked_files(mark, outside.crowd(mark))
        time.sleep(0.3)
        say({"files": files + outside.marked_files(mark, {}), "left": [one.words for one in outside.crowd(mark).values()]})


if __name__ == "__main__":
    main()
