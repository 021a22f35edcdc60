"""Pictures that the server had no time to make come later, without the page being loaded again."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from django_product_isolation.staff import pictures
from tests.shop import RUNS, make_batch, make_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("where", ["batch", "run"])
def test_a_picture_without_a_turn_is_asked_for_again(where, shop, live_server, staff, monkeypatch):
    asked, real = [], pictures.find_preview

    def busy_at_first(*args, **options):
        asked.append(args)
        if len(asked) <= 2:
            raise pictures.ReadingBusy
        return real(*args, **options)

    monkeypatch.setattr(pictures, "find_preview", busy_at_first)
    run = make_run(Status.REJECTED, batch=make_batch(staff))
    of_batch = reverse("product_isolation:progress", args=[run.batch_id])
    shop.goto(live_server.url + (of_batch if where == "batch" else f"{RUNS}{run.pk}/change/"))
    before = shop.get_by_alt_text("before")
    expect(before).to_have_js_property("naturalWidth", 0)
    expect(before).not_to_have_js_property("naturalWidth", 0, timeout=15_000)
