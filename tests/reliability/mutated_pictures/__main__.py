"""The long run; see the package."""

import argparse
import multiprocessing
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from .mutations import HEAVY_EVERY, mutated
from .reference import fault_of
from .seeds import heavy
from .work import Outcome, outcomes_of

BLOCK = 250  # files that a process takes at a time
PROGRESS_EVERY = 5000  # files
MOST_MEMORY = 600  # MB; the largest WebP that must be saved anew takes 470 by itself


@dataclass
class Tally:
    files: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    unequal: int = 0
    escaped: int = 0
    wrong: list[str] = field(default_factory=list)
    memory: int = 0  # MB


def count(tally: Tally, seed: int, heavy: dict[str, bytes], outcome: Outcome) -> None:
    tally.files += 1
    if outcome.code:
        tally.rejected[outcome.code] += 1
        return
    name, body = mutated(seed, outcome.number, heavy)
    if outcome.published and outcome.number % HEAVY_EVERY == 0:
        outcome.fault = fault_of(body, outcome.published)
    tally.accepted += not outcome.escaped
    tally.unequal += bool(outcome.fault)
    tally.escaped += bool(outcome.escaped)
    if outcome.fault or outcome.escaped:
        tally.wrong.append(f"{outcome.number} ({name}): {outcome.fault}{outcome.escaped}")


def blocks(files: int) -> Iterator[range]:
    return (range(start, min(start + BLOCK, files)) for start in range(0, files, BLOCK))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    warnings.simplefilter("ignore")  # Pillow has much to say of such files
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    tally, large = Tally(), heavy()
    # A process of its own would start with the memory of this one if it were forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=context) as pool:
        work = partial(outcomes_of, options.seed, large)
        for outcomes, memory in pool.map(work, blocks(options.files)):
            tally.memory = max(tally.memory, memory)
            for outcome in outcomes:
                count(tally, options.seed, large, outcome)
            if tally.files % PROGRESS_EVERY == 0:
                print(tally, file=sys.stderr, flush=True)
    return report(tally)


def report(tally: Tally) -> int:
    print(f"files: {tally.files}")
    print(f"rejected: {sum(tally.rejected.values())} {dict(sorted(tally.rejected.items()))}")
    print(f"accepted: {tally.accepted}")
    print(f"unequal: {tally.unequal}")
    print(f"escaped exceptions: {tally.escaped}")
    print(f"peak memory of a process: {tally.memory} MB")
    print(*tally.wrong[:20], sep="\n", end="\n" if tally.wrong else "")
    return 1 if tally.wrong or tally.memory > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
