"""python -m tests.reliability.back_catalogue --images 100000

Prints what it took, and ends with 1 where an image or a payment went wrong.
"""

import argparse
import sys

from tests.reliability.standalone import database, quicken, set_up

set_up()

from .busy_runflow import Limits  # noqa: E402 (models need Django set up)
from .play import play, world_of  # noqa: E402


def main() -> int:
    options = parse()
    limits = Limits(at_once=options.at_once, per_minute=options.per_minute)
    with database():
        quicken()
        world = world_of(limits)
        with world.installed(is_watched=False):
            told, bad = play(
                world,
                options.images,
                workers=options.workers,
                step_seconds=options.step_seconds,
                lost=options.lost,
                out=sys.stdout,
            )
    for name, figure in told.items():
        print(f"{name}: {figure:,}" if isinstance(figure, int) else f"{name}: {figure}")
    print(*bad[:20], f"wrong: {len(bad)}", sep="\n", flush=True)
    return int(bool(bad))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=8, help="processes that take steps")
    parser.add_argument("--step-seconds", type=float, default=0.12, help="of a worker, each step")
    parser.add_argument("--at-once", type=int, default=Limits.at_once, help="runs in work")
    parser.add_argument("--per-minute", type=int, default=Limits.per_minute, help="requests")
    parser.add_argument("--lost", type=int, default=20, help="answers to paid requests")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
