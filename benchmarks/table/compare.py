"""Do two runs of the table with different seeds agree within their intervals?

    python benchmarks/table/compare.py benchmarks/table/table.json benchmarks/table/again/table.json

Of independent means the difference has an interval of its own: the root of the sum of both half widths' squares. If intervals are
right, 95 % of the differences are inside. Times are left out: they depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

TIME = "seconds"


def figures(table: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """All means by task, row and figure."""
    return {
        (task, row, name): figure
        for task, held in table["tasks"].items()
        for row, each in held["rows"].items()
        for name, figure in each["figures"].items()
        if name != TIME
    }


def half(figure: dict[str, Any], way: int) -> float:
    """Half the width of an interval, on the side to which the other mean lies: bootstrap intervals are not symmetric."""
    return float(figure["high"] - figure["mean"] if way > 0 else figure["mean"] - figure["low"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    arguments = parser.parse_args()
    first, second = (figures(json.loads(path.read_text(encoding="utf-8"))) for path in (arguments.first, arguments.second))
    if first.keys() != second.keys():
        raise SystemExit("the tables hold different rows")
    inside: dict[str, list[bool]] = defaultdict(list)
    print("outside of the interval of the difference:")
    for (task, row, name), one in first.items():
        other = second[task, row, name]
        apart = other["mean"] - one["mean"]
        way = 1 if apart > 0 else -1
        wide = (half(one, way) ** 2 + half(other, -way) ** 2) ** 0.5
        inside[name].append(abs(apart) <= wide)
        if abs(apart) > wide:
            means = f"{one['mean']:.3f} and {other['mean']:.3f}"
            print(f"  {task}, {row}, {one['label']}: {means}, {abs(apart):.3f} apart, {wide:.3f} wide")
    for name, each in inside.items():
        print(f"{name}: {sum(each)} of {len(each)} inside")
    every = [one for each in inside.values() for one in each]
    print(f"all: {sum(every)} of {len(every)} inside, {100 * sum(every) / len(every):.1f} %")


if __name__ == "__main__":
    main()
