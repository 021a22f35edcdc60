"""In each stranger's shop one image is isolated, reviewed and restored byte for byte."""

import os
from io import BytesIO

import pytest
from PIL import Image

from tests.empty_database import empty_database
from tests.services import needs
from tests.strangers.browser import Browser, run_in
from tests.strangers.passwords import DEVICE, TOKEN

pytestmark = pytest.mark.long


def isolate_review_and_restore(browser, original):
    keys = browser.keys()
    assert browser.shown() == original

    batch = browser.order(keys, review="reviewed")
    review = browser.wait_for("Ready for review: 1", batch.url)
    assert browser.shown() == original, "nothing is published before somebody looked"

    browser.approve(run_in(review))
    browser.wait_for("Applied: 1", batch.url)
    clean = browser.shown()
    assert clean != original
    with Image.open(BytesIO(clean)) as picture:
        assert max(picture.size) == 1024

    browser.act("restore_original", keys)
    browser.wait_for("Original restored: 1", batch.url)
    assert browser.shown() == original


def test_a_bucket_that_overwrites_under_the_name_of_the_article(opened, bucket, original):
    shop = opened("sku", **bucket)
    assert "product_isolation.W005" in shop.checked()
    with Browser(shop, "/admin/sku/photo/") as browser:
        browser.log_in("owner")
        isolate_review_and_restore(browser, original)


def test_times_without_zones(opened, original):
    shop = opened("naive")
    assert not shop.checked()
    with Browser(shop, "/admin/naive/photo/") as browser:
        browser.log_in("owner")
        isolate_review_and_restore(browser, original)
        assert browser.reply("/product-isolation/spending/").ok
        assert "0.27" in browser.reply("/product-isolation/spending/export/").text


def test_photos_of_several_classes_in_one_list(opened, original):
    shop = opened("polymorphic")
    with Browser(shop, "/admin/shop_polymorphic/photo/") as browser:
        browser.log_in("owner")
        isolate_review_and_restore(browser, original)


def test_a_product_with_a_name_of_240_characters_on_postgresql(opened, original):
    needs("postgresql")
    with empty_database("postgresql", f"isolation_long_names_{os.getpid()}") as url:
        shop = opened("long_names", DATABASE_URL=url)
        with Browser(shop, "/admin/long_names/photo/") as browser:
            browser.log_in("owner")
            isolate_review_and_restore(browser, original)


def test_an_admin_behind_a_second_factor(opened, original):
    shop = opened("second_factor")
    with Browser(shop, "/admin/second_factor/photo/") as browser:
        browser.log_in("owner", otp_device=DEVICE, otp_token=TOKEN)
        isolate_review_and_restore(browser, original)


def test_vendors_who_share_an_admin(opened, original):
    shop = opened("vendors")
    with (
        Browser(shop, "/admin/vendors/photo/") as browser,
        Browser(shop, "/admin/vendors/photo/") as rival,
    ):
        browser.log_in("owner")
        rival.log_in("rival")
        assert len(browser.keys()) == 1
        isolate_review_and_restore(browser, original)

        batch = browser.order(browser.keys(), review="reviewed")
        page = browser.wait_for("Ready for review: 1", batch.url)
        run = run_in(page)
        assert rival.reply(batch.url).status_code == 404
        for which in ("source", "result"):
            picture = f"/product-isolation/preview/{run}/{which}/"
            assert browser.reply(picture).ok
            assert not rival.reply(picture).ok
        assert "Mug of owner" not in rival.reply("/product-isolation/review/").text
        for decision in ("approve", "reject"):
            rival.post("/product-isolation/review/", [("decide", f"{decision}:{run}")])
        rival.post(f"/product-isolation/runs/{run}/restore/", [])
        assert "Ready for review: 1" in browser.get(batch.url).text
