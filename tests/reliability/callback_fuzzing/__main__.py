"""The long runs: ``python -m tests.reliability.callback_fuzzing --help``."""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from operator import add

from .processes import fuzz_in_memory, start_django, start_shop


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.callback_fuzzing")
    parser.add_argument("--requests", type=int, default=0, help="genuine, forged and mutated ones")
    parser.add_argument("--replays", type=int, default=0, help="genuine callbacks, again and again")
    parser.add_argument("--rounds", type=int, default=0, help="of threads on DATABASE_URL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of a single request to repeat")
    options = parser.parse_args()
    began = time.monotonic()
    wrong = 0
    if options.only is not None:
        wrong += fuzz_in_processes(options.seed, [range(options.only, options.only + 1)])
    if options.requests:
        parts = [range(n, options.requests, options.processes) for n in range(options.processes)]
        wrong += fuzz_in_processes(options.seed, parts)
    if options.replays:
        wrong += replay_in_process(options.seed, options.replays)
    if options.rounds:
        wrong += rounds_of_threads(options.rounds)
    print(f"{time.monotonic() - began:.0f} s, seed {options.seed}")
    return 1 if wrong else 0


def fuzz_in_processes(seed: int, parts: list[range]) -> int:
    with ProcessPoolExecutor(len(parts), get_context("spawn")) as pool:
        tally = reduce(add, pool.map(fuzz_in_memory, [seed] * len(parts), parts))
    print(tally.report)
    return len(tally.failures)


def replay_in_process(seed: int, replays: int) -> int:
    start_shop()
    from .replays import replay

    tally = replay(seed, replays)
    print(tally.report)
    return len(tally.failures)


def rounds_of_threads(rounds: int) -> int:
    """On a test database of the server that DATABASE_URL names, SQLite without."""
    start_django()
    from django.db import connection

    from .parallel import ROUNDS, Shop

    connection.creation.create_test_db(verbosity=0)
    print(f"{connection.display_name} {connection.get_database_version()}")
    try:
        for name, play in ROUNDS.items():
            began = time.monotonic()
            play(Shop(), rounds)
            print(f"  {name:<52}{rounds:>6} rounds {time.monotonic() - began:>6.0f} s", flush=True)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
