"""All single deaths, all pairs of deaths and all errors of the database in the plain flow.

python -m tests.reliability.crash_points [--processes N] [--variant NAME] [--kind KIND]
"""

import argparse
import multiprocessing
import sys
import time

from tests.reliability.standalone import set_up

set_up()

from .points import VARIANTS, Tally  # noqa: E402 (models need Django set up)
from .processes import begin, count, work  # noqa: E402

KINDS = ("singles", "pairs", "errors")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--variant", choices=VARIANTS, action="append")
    parser.add_argument("--kind", choices=KINDS, action="append")
    options = parser.parse_args()
    started = time.monotonic()
    variants, kinds = options.variant or list(VARIANTS), options.kind or KINDS
    totals = {kind: Tally() for kind in kinds}
    with multiprocessing.get_context("spawn").Pool(options.processes, begin) as pool:
        found = dict(zip(variants, pool.map(count, variants), strict=True))
        tasks = [task for v in variants for task in tasks_of(v, *found[v]) if task[0] in kinds]
        for kind, tally in pool.imap_unordered(work, tasks):
            totals[kind].add(tally)
            for violation in tally.violations:
                print(violation, flush=True)
    for variant, (points, statements) in found.items():
        print(f"{variant}: {points} points, {statements} statements")
    for kind, tally in totals.items():
        print(
            f"{kind}: {tally.told} flows, {tally.deaths} deaths, {tally.errors} errors, "
            f"{len(tally.violations)} violations"
        )
    print(f"{time.monotonic() - started:.0f} s")
    return int(any(tally.violations for tally in totals.values()))


def tasks_of(variant: str, points: int, statements: int) -> list[tuple[str, str, int]]:
    singles, errors = ("singles", variant, points), ("errors", variant, statements)
    return [singles, errors, *(("pairs", variant, first) for first in range(1, points + 1))]


if __name__ == "__main__":
    sys.exit(main())
