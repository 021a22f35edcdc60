"""All single deaths, all pairs of deaths and all errors of the database in the plain flow.

python -m tests.reliability.crash_points [--processes N] [--variant NAME]
"""

import argparse
import multiprocessing
import sys
import time

from tests.reliability.standalone import database, set_up

set_up()

from tests.reliability.world import World  # noqa: E402 (models need Django set up)

from .points import VARIANTS, Tally, Teller, errors, pairs, singles  # noqa: E402


def work(task: tuple[str, str, int]) -> tuple[str, Tally]:
    """One part of the whole, in a process and a world of its own."""
    kind, variant, number = task
    teller = Teller(WORLD, variant)
    if kind == "pairs":
        for _second in pairs(teller, number):
            pass
    elif kind == "singles":
        for tell in singles(teller, number):
            tell()
    else:
        for tell in errors(teller, number):
            tell()
    return kind, teller.tally


def begin() -> None:
    global WORLD
    stack = database()
    stack.__enter__()
    WORLD = World()
    KEPT.extend([stack, WORLD.installed()])
    KEPT[-1].__enter__()


KEPT: list[object] = []


def counts(variant: str) -> tuple[int, int]:
    """The points and the statements of a variant, told once."""
    teller = Teller(WORLD, variant)
    points, statements = len(teller.trace()), teller.statements()
    assert not teller.tally.violations, teller.tally.violations
    return points, statements


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--variant", choices=VARIANTS, action="append")
    options = parser.parse_args()
    started = time.monotonic()
    totals = {kind: Tally() for kind in ("singles", "pairs", "errors")}
    with multiprocessing.get_context("spawn").Pool(options.processes, begin) as pool:
        variants = options.variant or list(VARIANTS)
        found = dict(zip(variants, pool.map(counts, variants), strict=True))
        tasks = [("pairs", v, n) for v in variants for n in range(1, found[v][0] + 1)]
        tasks += [("singles", v, found[v][0]) for v in variants]
        tasks += [("errors", v, found[v][1]) for v in variants]
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


if __name__ == "__main__":
    sys.exit(main())
