"""The shortest of the stories that once went wrong."""

from typing import Any

import pytest

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.fixtures.app import stopping_at
from tests.reliability.fault_matrix.moments import Moment, on
from tests.reliability.simulator.convergence import calm, come_to_rest, resume_all
from tests.shops.catalogue.models import ProductImage

from .machine import tell

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
    assert IsolationRun.objects.get().status == Status.RESTORING
    assert world.database.errors == 2
    ends(world)


def test_a_swap_whose_commit_fails_is_tried_again_at_once(world):
    begin(world)
    with stopping_at({Status.READY}):
        while IsolationRun.objects.get().status != Status.READY:
            world.sweep()
            world.clock.advance(30)
    once_at_commit(world)
    world.sweep()
    assert IsolationRun.objects.get().status == Status.APPLIED
    assert world.database.errors == 1
    rest(world)
    ends(world)


def test_one_false_answer_of_the_storage_does_not_undo_a_swap(world):
    begin(world)
    while IsolationRun.objects.get().status != Status.APPLIED:
        world.sweep()
        world.clock.advance(30)
    result = ProductImage.objects.get().original.name
    world.storage.faults["open"] = ["lies"]
    world.sweep()
    assert world.storage.lies == 1
    rest(world)
    assert ProductImage.objects.get().original.name == result
    ends(world)


def test_what_is_read_twice_the_same_does_undo_it(world):
    begin(world)
    while IsolationRun.objects.get().status != Status.APPLIED:
        world.sweep()
        world.clock.advance(30)
    name = IsolationRun.objects.get().source_name
    world.shop.upload_same_name(1, save=False)
    rest(world)
    assert ProductImage.objects.get().original.name == name
    assert IsolationRun.objects.get().status == Status.SUPERSEDED


@pytest.mark.parametrize("public", [True, False])
def test_what_runflow_took_and_denied_is_not_given_to_a_photo_that_came_later(world, public):
    begin(world)
    world.storage.is_public = public
    world.network.faults["POST run"] = ["429 though taken"]
    world.sweep()
    world.shop.upload_same_name(1, save=False)
    rest(world)
    assert [entry.is_denied for entry in world.runflow.ledger] == [True]
    ends(world)


# Each was told wrongly by the simulation itself, or ended wrongly in the app.
OPENS = {
    "review": False,
    "public": True,
    "overwrites": False,
    "mode": "embedded",
    "budget": None,
    "grammar": "colon",
    "honours_key": True,
    "signs_on_request_only": False,
    "listing_delay": 30,
    "then": 0,
}
# Runflow lists nothing, keeps little, and is heard of by callbacks alone.
SILENT = {"listing_delay": 1e9, "keeps": "client_ref", "grammar": "ignored"}
SILENT |= {"review": True, "public": False, "overwrites": True, "signs_on_request_only": True}
SILENT_WITHOUT_KEYS = {"mode": "celery", "grammar": "refused", "listing_delay": 1e9, "then": 4}
SILENT_WITHOUT_KEYS |= {"public": False, "honours_key": False}
STORIES = {
    "nobody works for months while an answer is missing": [
        ("opens", OPENS | {"mode": "celery", "grammar": "ignored", "listing_delay": 0, "then": 1}),
        ("post_answer", {"kind": "lost 500", "then": 2}),
        ("clock_is_wrong", {"name": "worker-2", "by": -60}),
        ("click", {"which": [2, 3], "person": 0, "review": False, "then": 2}),
        ("prunes", {"days": 70, "rows": None, "results": 1, "originals": 30, "is_dry": False}),
    ],
    "somebody comes in while a row is still being returned": [
        ("opens", OPENS),
        ("sweep", {"name": "worker-3"}),
        ("db_error", {"kind": "gone", "nth": 14, "then": 1}),
        ("runflow_finishes", {"number": 6, "output": "4", "calls_back": False}),
        ("beat", {}),
        ("click", {"which": [1, 3, 2], "person": 1, "review": True, "then": 1}),
        ("db_answer_is_lost", {"kind": "gone", "nth": 33, "then": 3}),
        ("advance_clock", {"seconds": 1000}),
        (
            "at_a_bad_moment",
            {"nth": 16, "which": 2, "number": 9, "name": "worker-2", "what": 6, "then": 1},
        ),
    ],
    "an image that was isolated twice is put back twice, and pruned": [
        ("opens", OPENS | {"review": True, "public": False, "overwrites": True}),
        ("click", {"which": [2, 1, 3], "person": 0, "review": True, "then": 2}),
        ("click", {"which": [2], "person": 1, "review": None, "then": 2}),
        ("resubmit_same_form", {"form": 5, "person": 0}),
        ("quiet_times", {"rounds": 4}),
        ("restores", {"which": [1], "person": 1, "then": 2}),
        ("restores", {"which": [1], "person": 0, "then": 2}),
    ],
    "a file that the storage named otherwise is known though the lease was lost": [
        ("opens", OPENS | SILENT_WITHOUT_KEYS),
        ("storage_fault", {"fault": ("open", "missing"), "then": 2}),
        ("click", {"which": [3, 1, 2], "person": 1, "review": False, "then": 1}),
        ("decides", {"number": 2, "person": 0, "what": "stop"}),
        ("storage_fault", {"fault": ("exists", "raises"), "then": 3}),
        ("clock_is_wrong", {"name": "worker-1", "by": 3600}),
        ("storage_fault", {"fault": ("save", "other name"), "then": 0}),
        (
            "at_a_bad_moment",
            {"nth": 17, "which": 3, "number": 0, "name": "worker-3", "what": 6, "then": 1},
        ),
    ],
    "a dry run tells a file once that is a result and an original": [
        (
            "opens",
            {
                "review": False,
                "public": False,
                "overwrites": True,
                "mode": "celery",
                "budget": "1.35",
                "grammar": "refused",
                "honours_key": True,
                "signs_on_request_only": False,
                "listing_delay": 0,
                "then": 5,
            },
        ),
        ("click", {"which": [2, 1], "person": 0, "review": None, "then": 0}),
        ("prunes", {"days": 1, "rows": 30, "results": 30, "originals": None, "is_dry": False}),
        ("storage_fault", {"fault": ("delete", "raises"), "then": 1}),
        ("prunes", {"days": 2, "rows": 60, "results": 1, "originals": None, "is_dry": True}),
        ("human_upload_under_the_same_name", {"which": 1, "save": True}),
        ("prunes", {"days": 0, "rows": 30, "results": None, "originals": 1, "is_dry": False}),
    ],
    "an upload under an old name outlives a storage that says it is missing": [
        (
            "opens",
            {
                "review": True,
                "public": False,
                "overwrites": True,
                "mode": "thread",
                "budget": "0.54",
                "grammar": "EQ",
                "honours_key": False,
                "signs_on_request_only": False,
                "listing_delay": 240,
                "then": 3,
            },
        ),
        ("human_upload_under_the_same_name", {"which": 1, "save": True}),
        (
            "at_a_bad_moment",
            {"nth": 18, "which": 2, "number": 7, "name": "worker-2", "what": 6, "then": 3},
        ),
        ("human_upload", {"which": 1}),
        ("storage_fault", {"fault": ("open", "missing"), "then": 2}),
        ("prunes", {"days": 2, "rows": 30, "results": 1, "originals": 1, "is_dry": False}),
    ],
    "a colleague's order counts though the server's clock is a day slow": [
        ("opens", OPENS | {"mode": "thread", "listing_delay": 0, "names": "sku"}),
        ("clock_is_wrong", {"name": "web", "by": -86400}),
        ("quiet_times", {"rounds": 5}),
        ("two_order_at_once", {"which": 2, "is_over": True, "then": 1}),
    ],
    "a callback that comes after a week is asked about more than once": [
        ("opens", OPENS | SILENT | {"has_bin": True, "zone": "America/Sao_Paulo", "then": 5}),
        ("db_answer_is_lost", {"kind": "lost", "nth": 29, "then": 2}),
        ("beat", {}),
        ("restoring_is_disturbed", {"which": 2, "nth": 1, "what": "stop", "then": 2}),
        ("network_fault", {"route": "GET run", "kind": "429 long", "then": 1}),
        ("network_fault", {"route": "POST upload", "kind": "429 long", "then": 0}),
        ("answer_is_lost", {"which": 2, "kind": "500", "answered": "404", "looks": 1}),
        ("prunes", {"days": 70, "rows": 60, "results": None, "originals": 30, "is_dry": False}),
    ],
    "a form from before a restore brings a result back whose original stays": [
        (
            "opens",
            {
                "review": True,
                "public": False,
                "overwrites": False,
                "mode": "thread",
                "budget": None,
                "grammar": "colon",
                "honours_key": True,
                "signs_on_request_only": True,
                "listing_delay": 240,
                "then": 4,
            },
        ),
        ("click", {"which": [2, 1, 3], "person": 1, "review": False, "then": 0}),
        ("db_answer_is_lost", {"kind": "lost", "nth": 25, "then": 3}),
        ("storage_fault", {"fault": ("delete", "slow"), "then": 1}),
        ("open_form", {"which": 2}),
        ("restores", {"which": [2], "person": 1, "then": 2}),
        ("save_form", {"which": 2}),
    ],
}


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_story_ends_well(world, story):
    tell(world, story)
