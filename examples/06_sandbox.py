"""The sandbox alone: a file of completions in HumanEval's format, run on two workers, and its pass@1.

python examples/06_sandbox.py [FILE.jsonl]     each line: prompt, entry_point, test (with check(candidate)), completion
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from collm_envs.coding.sandbox import Program, open_sandbox
from collm_envs.coding.unit_tests import suite

PROMPT = 'def middle(xs: list[int]) -> int:\n    """The median of an odd number of whole numbers."""\n'
TEST = """def check(candidate):
    assert candidate([3]) == 3
    assert candidate([5, 1, 3]) == 3
    assert candidate([2, 2, 9, 9, 4]) == 4
"""
COMPLETIONS = {
    "right": "    return sorted(xs)[len(xs) // 2]\n",
    "forgets to sort": "    return xs[len(xs) // 2]\n",
    "never ends": "    while True:\n        pass\n",
    "leaves early": "    import os\n    os._exit(0)\n",
    "equals everything": "    class Any:\n        def __eq__(self, other):\n            return True\n    return Any()\n",
}


def write_example(path: Path) -> None:
    """A file such as a model's samples would be written to."""
    rows = [{"prompt": PROMPT, "entry_point": "middle", "test": TEST, "completion": code} for code in COMPLETIONS.values()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def program(row: dict[str, str]) -> Program:
    """A completion goes on where the prompt ends; each assert of check() becomes a test of its own."""
    tests = suite(row["test"], row["entry_point"], row["prompt"])
    return Program(row["prompt"] + row["completion"], tests.tests, row["entry_point"], tests.prelude, call_limit=0.5)


with tempfile.TemporaryDirectory() as folder:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "samples.jsonl"
    if len(sys.argv) == 1:
        write_example(path)
    programs = [program(json.loads(line)) for line in path.read_text().splitlines()]

with open_sandbox("auto", workers=2) as box:
    print("held by:", box.isolation["files"])
    verdicts = box.run(programs, progress=lambda done, total: print(f"{done} of {total} programs", end="\r"))

print()
for number, verdict in enumerate(verdicts):
    outcomes = Counter(result.outcome for result in verdict.results)
    counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    print(f"sample {number}: {verdict.passed} of {verdict.total} tests ({counted}) {verdict.problem}")
solved, tests = sum(verdict.all_passed for verdict in verdicts), sum(verdict.total for verdict in verdicts)
print(f"pass@1 = {solved / len(verdicts):.3f}: {solved} of {len(verdicts)} programs passed all of their tests ({tests} in all)")
