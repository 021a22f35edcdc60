"""The long run of the simulation.

python -m tests.reliability.simulation --sequences 20000 --steps 100 --seed 1 [--processes N]
python -m tests.reliability.simulation ... --seed 1 --chunk 17      (plays one chunk again)
"""

import argparse
import multiprocessing
import signal
import sys
import time

from tests.reliability.standalone import set_up

set_up()

from .chunks import Chunk, begin, play  # noqa: E402 (models need Django set up)
from .totals import Totals  # noqa: E402

PER_CHUNK = 100  # sequences


def main() -> int:
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started, totals, failed = time.monotonic(), Totals(), 0
    chunks = chunks_of(options)
    try:
        with multiprocessing.get_context("spawn").Pool(options.processes, begin) as pool:
            for done, (chunk, found, story) in enumerate(pool.imap_unordered(play, chunks), 1):
                totals.add(found)
                if story:
                    failed += 1
                    print(f"chunk {chunk.number} of seed {chunk.seed}:\n{story}", flush=True)
                if done % 10 == 0:
                    print(f"{done} of {len(chunks)} chunks", file=sys.stderr, flush=True)
    finally:
        print(totals.report(time.monotonic() - started))
        print(f"failed chunks: {failed}\nseed: {options.seed}", flush=True)
    return int(bool(failed or totals.counts["violations"]))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=100, help="in each sequence")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chunk", type=int, help="only this one")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    return parser.parse_args()


def chunks_of(options: argparse.Namespace) -> list[Chunk]:
    per_chunk = min(PER_CHUNK, options.sequences)
    numbers = range(-(-options.sequences // per_chunk))
    return [
        Chunk(number, options.seed, per_chunk, options.steps)
        for number in (numbers if options.chunk is None else [options.chunk])
    ]


if __name__ == "__main__":
    sys.exit(main())
