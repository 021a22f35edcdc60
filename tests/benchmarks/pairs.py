"""Taking the time of two things in turn, so that a busy machine slows both."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from .registry import Comparison, Measured

IN_A_ROUND = 3  # calls of each, of which the quickest counts: nobody else made it slow


def measured(comparison: Comparison, rounds: int) -> Measured:
    """Call both once to warm them and to count their queries, then ``rounds`` times in turn."""
    before = comparison.before or (lambda: None)
    queries = (
        count_queries(before, comparison.ours),
        count_queries(before, comparison.simpler),
    )
    ours, simpler = [], []
    for _ in range(rounds):
        took: tuple[list[float], list[float]] = [], []
        for _ in range(IN_A_ROUND):
            for times, call in zip(took, (comparison.ours, comparison.simpler), strict=True):
                before()
                times.append(milliseconds(call))
        ours.append(min(took[0]))
        simpler.append(min(took[1]))
    return Measured(
        name=comparison.name,
        beside=comparison.beside,
        bar=comparison.bar,
        at_least=comparison.at_least,
        of_itself=comparison.of_itself,
        ours=ours,
        simpler=simpler,
        queries=queries,
    )


def count_queries(before: Callable[[], Any], call: Callable[[], Any]) -> int:
    before()
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def milliseconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def undone(call: Callable[[], Any]) -> Callable[[], None]:
    """The same call, of which nothing is left in the database."""

    def call_and_undo() -> None:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)

    return call_and_undo
