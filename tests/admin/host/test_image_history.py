"""The history on an image's page: when, by whom, and what the image shows now."""

import re

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from tests.moments import at
from tests.shop import (
    CHANGELIST,
    EVERYTHING,
    image_of,
    make_batch,
    make_run,
    make_staff,
    put_originals_back,
    said,
    tick,
)

from .test_image_page import panel

pytestmark = pytest.mark.django_db

EARLIER = "restoring shows the earlier result again, restoring once more the photo."


def entry_of(run, drawn) -> str:
    return drawn.partition(f'id="isolation-{run.pk}"')[2].partition("</li>")[0]


def happened(run, status, day, user=None, **values):
    moment = at(f"{day} 10:00+00:00")
    RunEvent.objects.create(run=run, kind="status", status=status, at=moment, actor=user, **values)


def test_an_entry_says_when_and_by_whom_the_image_was_changed(client, staff):
    bea = make_staff(*EVERYTHING, name="bea")
    restored = make_run(Status.RESTORED, batch=make_batch(staff))
    happened(restored, Status.APPLIED, "2026-03-01", staff)
    happened(restored, Status.RESTORED, "2026-03-05", bea)
    entry = entry_of(restored, panel(client, image_of(restored)))
    assert re.search(r"March 5, 2026, [^<]+ by bea", entry)
    assert "Ordered " in entry and "by ann" in entry
    assert "March 1" not in entry


def test_a_result_that_stayed_was_applied_when_it_was_applied(client, staff):
    run = make_run(Status.APPLIED)
    happened(run, Status.APPLIED, "2026-03-01", staff)
    happened(run, Status.RESTORING, "2026-03-05", staff)
    happened(run, Status.APPLIED, "2026-03-06", staff, reason="restore-stopped")
    entry = entry_of(run, panel(client, image_of(run)))
    assert "March 1, 2026" in entry
    assert "March 6" not in entry


def test_what_changed_nothing_was_ordered_then(client, staff):
    run = make_run(Status.FAILED, batch=make_batch(staff))
    happened(run, Status.FAILED, "2026-03-05", staff)
    entry = entry_of(run, panel(client, image_of(run)))
    assert "Ordered " in entry
    assert "March 5" not in entry


@pytest.fixture
def isolated_twice():
    first = make_run(Status.APPLIED, name="Cup")
    return first, make_run(Status.APPLIED, image=image_of(first))


def test_only_the_result_that_is_shown_reads_as_applied(client, staff, isolated_twice):
    first, second = isolated_twice
    drawn = panel(client, image_of(first))
    assert ">Applied, not shown any more<" in entry_of(first, drawn)
    assert ">Applied<" in entry_of(second, drawn)


def test_restoring_says_that_the_earlier_result_comes_before_the_photo(
    client, staff, isolated_twice
):
    first, second = isolated_twice
    image = image_of(first)
    assert EARLIER in panel(client, image)
    restore = tick([image], "restore_original")
    _begun, message = said(client.post(CHANGELIST, restore, follow=True))
    assert message.startswith("Cup was isolated more than once: the earlier result is shown again.")
    put_originals_back()
    assert image_of(first).original.name == first.result_name
    drawn = panel(client, image)
    assert EARLIER not in drawn
    assert ">Applied<" in entry_of(first, drawn)
    assert ">Earlier result restored<" in entry_of(second, drawn)
    assert len(said(client.post(CHANGELIST, restore, follow=True))) == 1
    put_originals_back()
    assert image_of(first).original.name == first.source_name
    assert IsolationRun.objects.filter(status=Status.RESTORED).count() == 2
