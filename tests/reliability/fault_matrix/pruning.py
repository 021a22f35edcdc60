"""Faults while unused files are removed: the result goes in the end, nothing else ever does."""

from datetime import timedelta
from typing import Any

from django_product_isolation.retention import prune

from .flow import SOURCE, Flow
from .moments import Moment, die, meanwhile, on
from .scenarios import cell

BEFORE_DELETING = Moment("before storage delete")
DAYS = 40


def prune_as(flow: Flow, name: str = "cron") -> None:
    flow.world.work(name, prune, results=1)


def prunes(flow: Flow, plan: Any) -> None:
    """A restored run's result is pruned: once with what ``plan`` plans, then as cron would."""
    flow.tell()
    result = flow.last().result_name
    flow.world.clock.advance(DAYS * 86_400)
    plan()
    prune_as(flow)
    flow.world.points.skews.clear()
    prune_as(flow)
    assert flow.world.storage.read(result) is None
    assert flow.world.storage.read(SOURCE)
    flow.world.invariants.after_step()
    flow.world.check()


@cell("S15", "a", "R")
def dies_before_a_file_is_deleted(flow: Flow) -> None:
    prunes(flow, lambda: die(flow.world, BEFORE_DELETING))
    assert flow.shown() == SOURCE


@cell("S15", "b", "R")
def dies_after_a_file_is_deleted(flow: Flow) -> None:
    prunes(flow, lambda: die(flow.world, Moment("after storage delete")))
    assert flow.shown() == SOURCE


@cell("S15", "c", "I")
@cell("S15", "q", "I")
def two_prune_at_a_time(flow: Flow) -> None:
    prunes(flow, lambda: meanwhile(flow.world, BEFORE_DELETING, lambda: prune_as(flow, "cron-2")))
    assert flow.shown() == SOURCE


@cell("S15", "e", "R")
@cell("S15", "m", "R")
def storage_does_not_delete(flow: Flow) -> None:
    faults = flow.world.storage.faults
    prunes(flow, lambda: faults.update(delete=["raises"]))
    assert flow.shown() == SOURCE


@cell("S15", "n", "R")
def database_goes_away_while_pruning(flow: Flow) -> None:
    database = flow.world.database
    prunes(flow, lambda: on(flow.world, BEFORE_DELETING, lambda: database.fail_at(1, "gone")))
    assert flow.shown() == SOURCE


@cell("S15", "o", "I")
def image_changes_while_pruning(flow: Flow) -> None:
    prunes(flow, lambda: meanwhile(flow.world, BEFORE_DELETING, flow.upload))
    assert flow.world.storage.read(flow.shown())


@cell("S15", "p", "R")
def image_is_deleted_while_pruning(flow: Flow) -> None:
    prunes(flow, lambda: meanwhile(flow.world, BEFORE_DELETING, flow.delete))
    assert flow.image() is None


@cell("S15", "r", "I")
def clock_of_the_pruner_is_wrong(flow: Flow) -> None:
    """An hour fast: what is old enough goes a little early."""
    prunes(flow, lambda: flow.world.points.skews.update(cron=timedelta(hours=1)))
    assert flow.shown() == SOURCE
