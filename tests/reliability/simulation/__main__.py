"""The long run of the simulation.

python -m tests.reliability.simulation --sequences 20000 --steps 100 --seed 1 [--processes N]
python -m tests.reliability.simulation --sequences 2500 --images 40 [--steps 40]  (many clicks)
python -m tests.reliability.simulation --seed 1 --story 17          (tells one story again)
python -m tests.reliability.simulation --broken [--sequences 300]   (does it see a broken app?)
"""

import argparse
import multiprocessing
import signal
import sys
import time
from typing import Any

from tests.reliability.standalone import set_up

set_up()

from .base import IMAGES  # noqa: E402 (models need Django set up)
from .broken import BREAKS, seen_after  # noqa: E402
from .chunks import Chunk, begin, play  # noqa: E402
from .totals import Totals  # noqa: E402

PER_CHUNK = 20  # sequences
EVERY = 60.0  # seconds between two lines about how far it is


def main() -> int:
    options = parse()
    for number in (signal.SIGTERM, signal.SIGINT):  # ends with what is known by then
        signal.signal(number, lambda *_: sys.exit(1))
    with multiprocessing.get_context("spawn").Pool(options.processes, begin) as pool:
        return show_broken(pool, options) if options.broken else long_run(pool, options)


def long_run(pool: Any, options: argparse.Namespace) -> int:
    started, totals, bad = time.monotonic(), Totals(), 0
    said = started
    try:
        for found, stories in pool.imap_unordered(play, chunks_of(options)):
            totals.add(found)
            bad += len(stories)
            print(*stories, sep="\n", end="\n" if stories else "", flush=True)
            if time.monotonic() - said > EVERY:
                said = time.monotonic()
                print(totals.line(said - started), flush=True)
    finally:
        print(totals.report(time.monotonic() - started))
        print(f"stories that went wrong: {bad}\nseed: {options.seed}", flush=True)
    is_idle = totals.counts["POSTs accepted"] < totals.counts["POSTs sent"] / 2
    if is_idle:
        print("Hardly a request was accepted: a Runflow that is broken shows nothing.")
    return int(bool(bad or is_idle or totals.counts["violations"]))


def show_broken(pool: Any, options: argparse.Namespace) -> int:
    """How many stories it takes to see each of the guards broken on purpose."""
    limit, unseen = min(options.sequences, 300), 0
    asked = [(name, options.seed, limit, options.steps) for name in BREAKS]
    for name, number, violation in pool.imap(seen_after, asked):
        unseen += number is None
        found = f"{number} | {violation}" if number else f"not in {limit} |"
        print(f"| {name} | {found} |", flush=True)
    return int(unseen > 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequences", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=100, help="in each sequence")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--story", type=int, help="only the one of this number")
    parser.add_argument("--images", type=int, default=IMAGES, help="clicked at once, if many")
    parser.add_argument("--broken", action="store_true", help="break guards and look for it")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    return parser.parse_args()


def chunks_of(options: argparse.Namespace) -> list[Chunk]:
    first, last = 0, options.sequences
    if options.story is not None:
        first, last = options.story, options.story + 1
    starts = range(first, last, PER_CHUNK)
    ends = [min(start + PER_CHUNK, last) for start in starts]
    return [
        Chunk(range(start, end), options.seed, options.steps, options.images)
        for start, end in zip(starts, ends, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
