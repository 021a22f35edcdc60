"""The shortest of the stories that once went wrong."""

from typing import Any

import pytest

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.catalogue.models import ProductImage
from tests.reliability.fault_matrix.moments import Moment, on
from tests.reliability.world.convergence import calm, come_to_rest, resume_all

STATEMENTS = 30  # as many as the longest of these steps has


def begin(world: Any, **options: Any) -> None:
    vars(world.points).pop("reach", None)  # nothing is planned any more
    world.reset(**options)
    world.runflow.isolates_at_once = True
    world.work("web", isolate, ProductImage.objects.all(), user=world.shop.people[0])


def rest(world: Any) -> None:
    calm(world)
    come_to_rest(world)


def ends(world: Any) -> None:
    world.invariants.at_end()
    world.check()


def once_at_commit(world: Any) -> None:
    """The next commit fails in a way that the database says may work a moment later."""
    vars(world.points).pop("reach", None)
    on(world, Moment("before COMMIT"), lambda: world.database.fail_at(1, "serialization"))


def test_a_held_run_stays_held_when_holding_the_others_fails(world):
    for nth in range(1, STATEMENTS):
        begin(world, images=2)
        world.network.faults["POST run"] = ["402"]
        world.database.fail_at(nth, "gone")
        world.sweep()
        rest(world)
        assert not IsolationRun.objects.filter(status=Status.HELD).exclude(due_at=None)
        resume_all(world)
        rest(world)
        ends(world)


@pytest.mark.parametrize("kind", ["gone", "serialization"])
def test_asking_what_an_ended_run_cost_survives_any_error_of_the_database(world, kind):
    for nth in range(1, STATEMENTS):
        begin(world)
        world.network.faults["POST run"] = ["500"]
        world.sweep()
        IsolationRun.objects.update(
            status=Status.FAILED, active_key=None, attempts=9, due_at=world.clock.true()
        )
        world.database.fail_at(nth, kind)
        world.sweep()
        rest(world)
        world.check()
        assert IsolationRun.objects.get().cost == world.runflow.ledger[0].cost


def test_a_decision_whose_commit_fails_is_tried_again_at_once(world):
    begin(world)
    world.network.faults["POST run"] = ["402"]
    world.sweep()
    once_at_commit(world)
    resume_all(world)
    assert IsolationRun.objects.get().status == Status.QUEUED
    rest(world)
    once_at_commit(world)
    world.work("web", restore, ProductImage.objects.all())
    assert IsolationRun.objects.get().status == Status.RESTORED
    assert world.database.errors == 2
    ends(world)


def test_a_swap_whose_commit_fails_is_tried_again_at_once(world):
    begin(world)
    while IsolationRun.objects.get().status != Status.READY:
        world.sweep()
        world.clock.advance(30)
    once_at_commit(world)
    world.sweep()
    assert IsolationRun.objects.get().status == Status.APPLIED
    assert world.database.errors == 1
    rest(world)
    ends(world)
