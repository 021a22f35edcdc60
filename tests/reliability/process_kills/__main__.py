"""The whole table: ``python -m tests.reliability.process_kills [--tries 20] [--engine embedded]``.

Uses the database that DATABASE_URL names (a test database beside it), SQLite without one.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .database import own_database, start_django

if TYPE_CHECKING:
    from .cells import Tally
    from .shop import Shop


def main() -> int:
    """Run the cells that were asked for; returns the exit status."""
    start_django()
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no worker is left behind
    started = time.monotonic()
    with own_database(), tempfile.TemporaryDirectory(prefix="kills-") as folder:
        total = run_table(options, Path(folder))
    print(
        f"\n{total.runs} runs, {total.deaths} died, {total.ended} ended, "
        f"{total.paid_twice} paid twice, {total.lost_originals} originals lost, "
        f"{len(total.violations)} violations, {time.monotonic() - started:.0f} s"
    )
    for violation in total.violations:
        print(violation, file=sys.stderr)
    return 1 if total.violations else 0


def arguments() -> argparse.Namespace:
    from .cells import WAYS
    from .checkpoints import POINTS

    parser = argparse.ArgumentParser(prog="python -m tests.reliability.process_kills")
    parser.add_argument("--tries", type=int, default=20, help="runs per cell (default 20)")
    parser.add_argument("--engine", choices=["celery", "embedded"], default="celery")
    parser.add_argument("--brokers", nargs="+", default=["redis", "rabbitmq"])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=None)
    parser.add_argument("--points", nargs="+", choices=POINTS, default=list(POINTS))
    return parser.parse_args()


def run_table(options: argparse.Namespace, folder: Path) -> "Tally":
    """Run every cell and print a line for each. Returns the sum."""
    from tests.services import BROKERS

    from .cells import EMBEDDED_WAYS, WAYS, Tally
    from .shop import Shop, runflow

    brokers: Sequence[str] = options.brokers if options.engine == "celery" else ["(none)"]
    ways = options.ways or (WAYS if options.engine == "celery" else EMBEDDED_WAYS)
    total = Tally()
    print(HEADING)
    with runflow() as sandbox, media_in(folder):
        for broker in brokers:
            for way in ways:
                stage = folder / broker / way
                with Shop(stage, BROKERS.get(broker), sandbox, hands=HANDS) as shop:
                    for point in options.points:
                        total.add(run_cell(shop, broker, way, point, options.tries))
    return total


HANDS = 10  # so many runs die with one worker
HEADING = (
    f"{'broker':9} {'way to die':14} {'point':18} "
    f"{'runs':>5} {'died':>5} {'ended':>5} {'twice':>5} {'lost':>5} {'wrong':>5} {'s':>6}"
)


def run_cell(shop: "Shop", broker: str, way: str, point: str, tries: int) -> "Tally":
    from .cells import try_cell

    started = time.monotonic()
    tally = try_cell(shop, way, point, tries)
    print(
        f"{broker:9} {way:14} {point:18} {tally.runs:5} {tally.deaths:5} {tally.ended:5} "
        f"{tally.paid_twice:5} {tally.lost_originals:5} {len(tally.violations):5} "
        f"{time.monotonic() - started:6.1f}",
        flush=True,
    )
    return tally


@contextmanager
def media_in(folder: Path) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(MEDIA_ROOT=folder / "media"):
        yield


if __name__ == "__main__":
    sys.exit(main())
