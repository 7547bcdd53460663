"""A naive scorer, for comparison: it runs program and tests in one process, and believes the exit code and the output.

``python -m tests.hostile.naive`` (only ever in a cage) runs the programs that say they fool it, and the breakouts that do no
harm where nothing stops them; it prints a JSON line for each. The suite asserts that they do: programs that fool nobody and
break out of nothing would prove nothing about a sandbox.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.hostile.outside import Bait, end_with_starter, remove_marked
from tests.hostile.programs import ENTRY_POINT, SHAPES, Attack, Known, assembled, attacks, filled

_SECONDS = 5.0
_SCORER = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
given = json.load(sys.stdin)
namespace = {"__name__": "program"}
exec(given["code"], namespace)
candidate = namespace[given["entry_point"]]
passed = 0
for test in given["tests"]:
    try:
        exec(given["prelude"] + chr(10) + test, {**namespace, "candidate": candidate})
        passed += 1
    except Exception as error:
        pass
print(f"RESULT {passed} of {len(given['tests'])}", flush=True)
sys.exit(passed != len(given["tests"]))
"""


def score(attack: Attack, known: Known) -> dict[str, Any]:
    """What the naive scorer says: ``fooled`` by its exit code or its output; ``said`` is what was printed."""
    shape, secret, number = SHAPES[attack.shape], "nonce-" + secrets.token_hex(16), secrets.randbelow(10**9) / 1000
    tests = [filled(test, secret, number) for test in shape.tests]
    if attack.kind == "breakouts":
        tests = [f"print({ENTRY_POINT}(1))"]
    given = {
        "code": assembled(attack, known),
        "tests": tests,
        "prelude": filled(shape.prelude, secret, number),
        "entry_point": ENTRY_POINT,
    }
    child = subprocess.Popen(
        [sys.executable, "-c", _SCORER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        errors="replace",
    )
    try:
        said, complaint = child.communicate(json.dumps(given), timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        said, complaint = child.communicate()
    believed = re.findall(r"RESULT (\d+) of (\d+)", said)
    fooled = child.returncode == 0 or (bool(believed) and believed[-1][0] == believed[-1][1])
    return {"program": str(attack), "fooled": fooled, "said": said[:200] + said[-100:], "complaint": complaint[-300:]}


def main() -> None:
    chosen = [attack for attack in attacks() if attack.fools or attack.loose]
    end_with_starter()
    mark = "hostile-" + secrets.token_hex(6)
    with Bait(mark) as bait, ThreadPoolExecutor(2) as pool:
        for result in pool.map(lambda attack: score(attack, bait.known), chosen):
            print(json.dumps(result), flush=True)
    remove_marked(mark)


if __name__ == "__main__":
    main()
