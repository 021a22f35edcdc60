"""What the app adds to the start of a shop's web process: its work, and the memory it takes.

The bars are milliseconds and megabytes, and hold for what is added.
"""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator

from tests.benchmarks.registry import Measured

BARS = {"ms": 50, "MB": 10}


def measure(options: Namespace) -> Iterator[Measured]:
    for kind in ("without", "with"):  # compiled once, and in the system's memory
        start(kind)
    pairs = [(start("with"), start("without")) for _ in range(options.rounds)]
    for place, (name, unit) in enumerate((("work", "ms"), ("memory", "MB"))):
        ours = [own[place] for own, _ in pairs]
        simpler = [other[place] for _, other in pairs]
        added = sorted(a - b for a, b in zip(ours, simpler, strict=True))[len(pairs) // 2]
        yield Measured(
            name=f"start of a web process: {name}",
            beside="the same shop without the app",
            unit=unit,
            ours=ours,
            simpler=simpler,
            also={"added": added, "bar_of_added": BARS[unit], "met": added <= BARS[unit]},
        )


def start(kind: str) -> tuple[float, float]:
    """Milliseconds of work, and megabytes."""
    command = [sys.executable, "-m", "tests.benchmarks.start.shop", kind]
    compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as it is where a shop runs
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=compiled).stdout
    _took, worked, memory = map(float, said.split())
    return worked, memory
