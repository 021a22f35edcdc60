"""Watching originals being put back, on a batch's page and on the page of a click."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.due_steps import sweep
from tests.shop import CHANGELIST, image_of, make_batch, make_run, tick

from .test_every_page import FITS, look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


def make_applied(count, staff):
    batch = make_batch(staff)
    return [make_run(Status.APPLIED, batch=batch, name=f"Cup {n}") for n in range(count)]


def watch_all_come_back(shop, runs):
    """The page shows each as it comes, and then stands still."""
    expect(shop.get_by_text(f"0 of {len(runs)} are finished.")).to_be_visible()
    expect(shop.get_by_text(f"Restoring: {len(runs)}")).to_be_visible()
    sweep(limit=2)
    expect(shop.get_by_text(f"2 of {len(runs)} are finished.")).to_be_visible()
    expect(shop.get_by_text("Original restored: 2")).to_be_visible()
    while sweep():
        pass
    expect(shop.get_by_text(f"Original restored: {len(runs)}")).to_be_visible()
    expect(shop.locator("[data-live]")).to_have_count(0)
    assert {image_of(run).original.name for run in runs} == {run.source_name for run in runs}


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_all_of_a_batch_are_restored_and_watched_on_its_page(
    shop, live_server, staff, theme, width, tmp_path
):
    runs = make_applied(4, staff)
    look(shop, theme, width)
    shop.goto(f"{live_server.url}/product-isolation/batches/{runs[0].batch_id}/")
    button = shop.get_by_role("button", name="Restore original: 4")
    expect(button).to_be_hidden()  # one slip must not undo what a batch cost
    shop.get_by_text("Restore originals").click()
    button.click()
    expect(shop.get_by_text("4 originals are being restored.")).to_be_visible()
    assert shop.evaluate(FITS)
    shop.screenshot(path=tmp_path / f"restoring-{theme}.png", full_page=True)
    watch_all_come_back(shop, runs)
    shop.screenshot(path=tmp_path / f"restored-{theme}.png", full_page=True)


def test_what_was_ticked_in_the_list_is_watched_on_a_page_of_its_own(shop, live_server, staff):
    runs = [*make_applied(2, staff), *make_applied(2, staff)]
    shop.goto(live_server.url + CHANGELIST)
    shop.locator("#action-toggle").check()
    shop.get_by_label("Action:").select_option(tick([], "restore_original")["action"])
    shop.get_by_role("button", name="Go").click()
    expect(shop.get_by_text("4 originals are being restored.")).to_be_visible()
    shop.get_by_role("link", name="View progress").click()
    expect(shop.get_by_role("heading", name="Restoring 4 images", level=1)).to_be_visible()
    watch_all_come_back(shop, runs)


def test_a_restore_that_waits_for_the_storage_is_said_and_can_be_stopped(shop, live_server, staff):
    (run,) = make_applied(1, staff)
    shop.goto(f"{live_server.url}/product-isolation/batches/{run.batch_id}/")
    shop.get_by_role("button", name="Restore original").click()
    expect(shop.get_by_text("Restoring", exact=True)).to_be_visible()
    IsolationRun.objects.update(reason="storage-away")
    expect(shop.get_by_text("Waiting for our own file storage")).to_be_visible()
    shop.get_by_role("button", name="Stop restoring").click()
    expect(shop.get_by_text("1 result is kept.")).to_be_visible()
    expect(shop.get_by_text("Applied", exact=True)).to_be_visible()
