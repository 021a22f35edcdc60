"""Triggers of the shop's that keep the image column from showing what is written to it."""

import pytest
from django.db import OperationalError, connection

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.host import targets
from django_product_isolation.models import RunEvent
from django_product_isolation.reasons import Reason
from tests.photos import shown_bytes

pytestmark = pytest.mark.django_db

TABLE = "catalogue_productimage"
KEEPS = f"UPDATE {TABLE} SET original = OLD.original WHERE id = OLD.id"
PREFIXES = f"UPDATE {TABLE} SET original = 'shop/' || NEW.original WHERE id = NEW.id"


@pytest.fixture
def trigger():
    if connection.vendor != "sqlite":
        pytest.skip("The triggers are written for SQLite.")

    def create(body):
        when = f"AFTER UPDATE OF original ON {TABLE} WHEN NEW.original NOT LIKE 'shop/%'"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TRIGGER odd {when} BEGIN {body}; END")

    return create


def drop():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER odd")


@pytest.mark.parametrize("body", [KEEPS, PREFIXES])
def test_a_row_that_shows_another_file_than_was_written_is_left_as_it_was(
    body, run, image, go_on, trigger
):
    before = shown_bytes(image)
    trigger(body)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert shown_bytes(image) == before


def test_an_original_that_the_row_does_not_take_back_leaves_the_result(run, image, go_on, trigger):
    run = go_on(run)
    result = shown_bytes(image)
    trigger(KEEPS)
    restore(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_REFUSED)
    assert shown_bytes(image) == result
    drop()
    restore(image)
    assert go_on(run).status == Status.RESTORED


@pytest.mark.parametrize("error", [OperationalError(30001, "locked by the merchandisers")])
def test_what_a_trigger_says_in_its_own_way_asks_a_person(error, run, go_on, monkeypatch):
    run = go_on(run, Status.COLLECTING)

    def refuse(*_args, **_options):
        raise error

    monkeypatch.setattr("django_product_isolation.host.swaps.point", refuse)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)


def test_an_update_of_no_row_is_tried_again_and_then_asks_a_person(run, step, go_on, monkeypatch):
    run = go_on(run, Status.COLLECTING)
    monkeypatch.setattr(targets.Target, "swap", lambda *_args, **_options: False)
    for _ in range(12):
        run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    lost = run.events.filter(kind=RunEvent.Kind.PROBLEM, reason=Reason.WORKER_LOST)
    assert not lost.exists()
