"""No run is taken from a worker whose lease runs, nor before its time, by the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django_product_isolation.models.querysets import RunQuerySet

from .convergence import moments


@contextmanager
def watched_claims(world: Any) -> Iterator[None]:
    """Look at each claim: the later steps are safe even so, but would be taken twice."""
    real = RunQuerySet.claim

    def claim(runs: Any, pk: Any) -> Any:
        due, held = moments_of(world, pk)
        visits = world.points.visits
        run = real(runs, pk)
        if run is not None and visits == world.points.visits:
            if held is not None and held > world.clock.true():
                world.violation(f"P25 {run.status} was claimed while its lease ran")
            if due is not None and due > world.clock.true():
                world.violation(f"P25 {run.status} was claimed before it was due")
        return run

    with mock.patch.object(RunQuerySet, "claim", claim):
        yield


def moments_of(world: Any, pk: Any) -> Any:
    """When the run is due, and until when it is held; None for never."""
    with world.points.outside():
        rows = moments().rows()
    return next(((due, until) for due, until, _status, key in rows if key == pk), (None, None))
