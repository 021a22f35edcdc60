"""State and buttons on the host's own pages in a real browser: list, image page, inline."""

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.photos import make_image, photo_file
from tests.shop import CHANGELIST, image_of, make_batch, make_run, put_originals_back, status_of
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


class Images(admin.TabularInline):
    model = ProductImage
    fields = ["original", "caption"]
    extra = 1


class StackedImages(admin.StackedInline):
    model = ProductImage
    extra = 0


@pytest.fixture(params=[Images, StackedImages], ids=["tabular", "stacked"])
def inlined(request, monkeypatch, staff):
    """The product's page shows its images."""
    model_admin = admin.site.get_model_admin(Product)
    monkeypatch.setattr(model_admin, "inlines", [request.param])
    staff.is_superuser = True
    staff.save()
    attach()


def image_page(live_server, image) -> str:
    return f"{live_server.url}{CHANGELIST}{image.pk}/change/"


def product_page(live_server, product) -> str:
    return live_server.url + reverse("admin:catalogue_product_change", args=[product.pk])


def is_no_wider_than_the_window(shop) -> bool:
    return shop.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_tells_the_state_filters_by_it_and_leads_to_the_batch(shop, live_server):
    run = make_run(Status.PROCESSING, name="Cup")
    make_run(Status.APPLIED, name="Pot")
    make_image("Jug")
    shop.goto(live_server.url + CHANGELIST)
    column = shop.locator("td.field-isolation_state")
    expect(column).to_have_text(["-", "Applied", "Being isolated"])
    shop.get_by_role("link", name="In progress").click()
    expect(column).to_have_text(["Being isolated"])
    shop.get_by_role("link", name="Being isolated").click()
    expect(shop).to_have_url(
        f"{live_server.url}/product-isolation/batches/{run.batch_id}/?run={run.pk}#run-{run.pk}"
    )


def test_from_an_images_page_to_the_order_and_back(shop, live_server):
    image = make_image("Cup")
    shop.goto(image_page(live_server, image))
    shop.get_by_label("Caption").fill("typed, not saved")
    shop.get_by_role("button", name="Isolate product").click()
    expect(shop.get_by_role("heading", name="Isolate 1 image", level=1)).to_be_visible()
    assert Selection.objects.get().object_pks == [str(image.pk)]
    assert ProductImage.objects.get().caption == "as taken"


def test_restore_on_an_images_page(shop, live_server):
    run = make_run(Status.APPLIED, name="Cup")
    shop.goto(image_page(live_server, image_of(run)))
    pictures = shop.locator(".isolation-history img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("naturalWidth", 120)
    visible = shop.locator(".isolation-panel button:visible")
    expect(visible).to_have_text(["Isolate product", "Restore original"])
    shop.get_by_role("button", name="Restore original").click()
    expect(shop.get_by_text("1 original is being restored.")).to_be_visible()
    panel = shop.locator(".isolation-panel")
    expect(panel.get_by_text("Restoring").first).to_be_visible()
    put_originals_back()
    shop.reload()
    expect(panel.get_by_text("Original restored").first).to_be_visible()
    assert shop.url == image_page(live_server, image_of(run))


def test_enter_in_one_of_the_hosts_fields_saves_as_before(shop, live_server):
    run = make_run(Status.APPLIED, name="Cup")
    shop.goto(image_page(live_server, image_of(run)))
    shop.get_by_label("Caption").fill("typed and saved")
    shop.get_by_label("Caption").press("Enter")
    expect(shop.get_by_text("was changed successfully")).to_be_visible()
    assert image_of(run).caption == "typed and saved"
    assert status_of(run) == Status.APPLIED


def test_the_rows_of_a_product_isolate_and_restore(shop, live_server, inlined):
    run = make_run(Status.APPLIED, name="Cup")
    product = image_of(run).product
    other = ProductImage.objects.create(product=product, original=photo_file(), caption="side")
    shop.goto(product_page(live_server, product))
    shop.get_by_role("button", name="Restore original").click()
    expect(shop.get_by_text("1 original is being restored.")).to_be_visible()
    assert status_of(run) == Status.RESTORING
    shop.get_by_label("Name").fill("typed, not saved")
    shop.get_by_role("button", name="Isolate product").last.click()
    expect(shop.get_by_role("heading", name="Isolate 1 image", level=1)).to_be_visible()
    assert Selection.objects.get().object_pks == [str(other.pk)]
    shop.goto(product_page(live_server, product))
    shop.get_by_label("Name").fill("Saved")
    shop.get_by_label("Name").press("Enter")
    expect(shop.get_by_text("was changed successfully")).to_be_visible()
    assert Product.objects.get().name == "Saved"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_what_we_add_makes_no_page_wider_than_the_window(shop, live_server, theme, width):
    image = image_of(make_run(Status.APPLIED, name="A very patiently hand-painted cup"))
    batch = make_batch(IsolationRun.objects.get().batch.created_by)
    for status in (Status.FAILED, Status.READY):
        make_run(status, image=image, batch=batch, prompt="the " + "patiently " * 12 + "cup")
    shop.emulate_media(color_scheme=theme)
    shop.set_viewport_size({"width": width, "height": 844})
    shop.goto(image_page(live_server, image))
    assert is_no_wider_than_the_window(shop)
