"""No run is taken from a worker whose lease still runs, by the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django_product_isolation.querysets import RunQuerySet

from .convergence import moments


@contextmanager
def watched_claims(world: Any) -> Iterator[None]:
    """Look at each claim: the later steps are safe even so, but would be taken twice."""
    real = RunQuerySet.claim

    def claim(runs: Any, pk: Any) -> Any:
        held, visits = held_until(world, pk), world.points.visits
        run = real(runs, pk)
        alone = visits == world.points.visits
        if run is not None and alone and held is not None and held > world.clock.true():
            world.violation(f"P25 {run.status} was claimed while its lease ran")
        return run

    with mock.patch.object(RunQuerySet, "claim", claim):
        yield


def held_until(world: Any, pk: Any) -> Any:
    with world.points.outside():
        return next((until for _due, until, _status, key in moments().rows() if key == pk), None)
