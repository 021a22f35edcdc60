"""The product page of Oscar's dashboard: what it shows of isolation, to whom, at what price."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Selection
from django_product_isolation.reasons import sentence_of

from .desk import OrderContext, product_path
from .shop import (
    CHANGE,
    DASHBOARD,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    ProductImage,
    images_of,
    make_product,
    make_run,
    make_staff,
    photo_bytes,
)

BOTH = ["Isolate product", "Restore original"]
MARKUP = re.compile(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def test_a_photo_is_isolated_and_restored_without_leaving_the_dashboard(
    with_runflow, desk, product
):
    first, second, _third = images_of(product)
    busy = first.original.name
    confirm = desk.press(desk.product(product), "Isolate product", first)
    assert confirm.links["No, take me back"] == f"{product_path(product)}#product_images"
    desk.isolate(product, first)
    page = desk.product(product)
    assert page.buttons_for(first) == BOTH
    assert page.buttons_for(second) == ["Isolate product"]
    assert "Applied" in page.text
    assert images_of(product)[0].original.name != busy
    page = desk.restore(product, first)
    assert page.path == product_path(product)
    assert "1 original is being restored." in page.text
    assert "Original restored" in desk.product(product).text
    assert images_of(product)[0].original.name == busy


@pytest.mark.parametrize(
    ("status", "values", "badge", "buttons"),
    [
        (Status.PROCESSING, {}, "Being isolated", []),
        (Status.HELD, {"held_from": "queued", "reason": "no-credit"}, "Needs attention", []),
        (Status.READY, {}, "Ready for review", []),
        (Status.APPLIED, {}, "Applied", BOTH),
        (Status.FAILED, {"reason": "run-failed"}, "Failed", BOTH[:1]),
    ],
    ids=lambda value: value.value if isinstance(value, Status) else "",
)
def test_an_image_shows_how_it_stands_and_leads_to_its_batch(
    desk, product, status, values, badge, buttons
):
    image = images_of(product)[0]
    run = make_run(image, status, **values)
    page = desk.product(product)
    batch = reverse("product_isolation:progress", args=[run.batch_id])
    assert page.links[badge] == f"{batch}?run={run.pk}#run-{run.pk}"
    assert sentence_of(run.reason) in page.text
    assert page.buttons_for(image) == buttons
    assert f'id="run-{run.pk}"' in desk.get(batch).response.content.decode()


def test_what_became_of_an_earlier_file_is_not_told_of_a_newer_one(desk, product):
    first, second, _third = images_of(product)
    make_run(first, Status.FAILED)
    assert "Failed" in desk.product(product).text
    ProductImage.objects.filter(pk=first.pk).update(original=second.original.name)
    ProductImage.objects.filter(pk=second.pk).update(original=first.original.name)
    assert "Failed" not in desk.product(product).text


def test_a_run_goes_on_where_an_ended_one_is_known_too(desk, product):
    image = images_of(product)[0]
    make_run(image, Status.FAILED)
    make_run(image, Status.QUEUED)
    make_run(image, Status.CANCELLED)
    page = desk.product(product)
    assert "Queued" in page.text
    assert page.buttons_for(image) == []


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_costs_two_queries_more_than_without_us(
    desk, option, count, django_assert_max_num_queries
):
    product = make_product(images=count)
    for image in images_of(product):
        make_run(image, Status.FAILED)

    def queries() -> int:
        desk.product(product)  # thumbnails are made, and remembered, at the first look
        with django_assert_max_num_queries(1000) as seen:
            desk.product(product)
        # Savepoints are there because of the test's own transaction.
        return sum("SAVEPOINT" not in query["sql"] for query in seen)

    with_us = queries()
    option(IMAGES={})
    assert with_us == queries() + 2  # the images' runs, and which of them may be changed


def test_nothing_of_ours_is_inline(desk, product, option):
    for image, status in zip(images_of(product), ("failed", "applied", "queued"), strict=True):
        make_run(image, Status(status))
    with_us = desk.product(product).response.content.decode()
    option(IMAGES={})
    without = desk.product(product).response.content.decode()
    assert len(with_us) > len(without)
    assert len(MARKUP.findall(with_us)) == len(MARKUP.findall(without)) > 0


STAFF = (*DASHBOARD, CHANGE)
VISITORS = {
    "staff-with-everything": (EVERYTHING, True, BOTH),
    "staff-that-may-isolate": ((*STAFF, ISOLATE), True, BOTH[:1]),
    "staff-that-may-restore": ((*STAFF, RESTORE), True, BOTH[1:]),
    "staff-without-rights-of-ours": (STAFF, True, []),
    "staff-that-may-not-change-images": ((*DASHBOARD, ISOLATE, RESTORE), True, []),
    "partner": (("partner.dashboard_access", ISOLATE, RESTORE), False, BOTH),
    "partner-without-rights-of-ours": (("partner.dashboard_access", CHANGE), False, []),
}


@pytest.mark.parametrize(("permissions", "is_staff", "buttons"), VISITORS.values(), ids=VISITORS)
def test_buttons_are_there_for_those_who_may_and_work_for_nobody_else(
    product, permissions, is_staff, buttons
):
    image = images_of(product)[0]
    run = make_run(image, Status.APPLIED)
    shown = images_of(product)[0].original.name
    user = make_staff(*permissions, is_staff=is_staff)
    if not is_staff:
        partner = apps.get_model("partner", "Partner").objects.create(name="Pottery")
        partner.users.add(user)
        product.stockrecords.create(partner=partner, partner_sku="mug")
    desk = OrderContext.of(user)
    page = desk.product(product)
    assert page.response.status_code == 200
    assert page.buttons_for(image) == buttons
    has_rights_of_ours = not {ISOLATE, RESTORE}.isdisjoint(permissions)
    assert ("Applied" in page.text) == has_rights_of_ours
    token = page.of("create_update_product_form")[0]
    for label, path in zip(BOTH, doors(run), strict=True):
        posted = desk.post(path, [token, ("pk", str(image.pk))])
        assert posted.response.status_code in ((200,) if label in buttons else (403, 404))
    assert Selection.objects.exists() == (BOTH[0] in buttons)
    run.refresh_from_db()
    assert (run.status == Status.RESTORING) == (BOTH[1] in buttons)
    assert images_of(product)[0].original.name == shown


def doors(run) -> list[str]:
    """Where the two buttons of an image lead."""
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    return [
        f"{select}?back=/dashboard/",
        reverse("product_isolation:restore", args=[run.pk]) + "?back=/dashboard/",
    ]


def test_an_image_that_the_admin_locks_has_no_buttons_and_is_left_alone(desk, product, monkeypatch):
    def is_free(request, image=None):
        return image is None or image.code != "Enamel mug-0"

    model_admin = admin.site.get_model_admin(ProductImage)
    monkeypatch.setattr(model_admin, "has_change_permission", is_free)
    locked, free, _third = images_of(product)
    run = make_run(locked, Status.APPLIED)
    shown = images_of(product)[0].original.name
    page = desk.product(product)
    assert page.buttons_for(locked) == []
    assert page.buttons_for(free) == ["Isolate product"]
    for path in doors(run):
        posted = desk.post(path, [*page.of("isolation-act"), ("pk", str(locked.pk))])
        assert posted.response.status_code == 403
    assert images_of(product)[0].original.name == shown


def test_a_page_that_was_opened_before_the_swap_does_not_undo_it(with_runflow, desk, product):
    stale = desk.product(product)
    first = images_of(product)[0]
    desk.isolate(product, first)
    clean = images_of(product)[0].original.name
    saved = desk.press(stale, "Save")
    assert saved.path == reverse("dashboard:catalogue-product-list")
    assert images_of(product)[0].original.name == clean


def test_a_refused_form_is_drawn_again_with_badge_and_buttons(desk, product):
    image = images_of(product)[0]
    make_run(image, Status.APPLIED)
    page = desk.product(product)
    fields = [f for f in page.of("create_update_product_form") if f[0] != "images-0-caption"]
    upload = SimpleUploadedFile("newer.jpg", photo_bytes("purple"), "image/jpeg")
    refused = [("images-0-original", upload), ("images-0-caption", "x" * 201)]
    again = desk.post(page.path, [*fields, *refused])
    assert "was not valid" in again.text
    assert again.buttons_for(image) == BOTH
    assert "Applied" in again.text


def test_a_page_that_the_shop_itself_extended_keeps_them(desk, product, settings, tmp_path):
    name = "oscar/dashboard/catalogue/product_update.html"
    own = f'{{% extends "{name}" %}}{{% block headertext %}}Our own heading{{% endblock %}}'
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(own)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    page = desk.product(product)
    assert "Our own heading" in page.text
    assert page.buttons_for(images_of(product)[0]) == ["Isolate product"]


def test_a_new_product_has_no_controls(desk, product):
    kind = product.product_class
    path = reverse("dashboard:catalogue-product-create", args=[kind.slug])
    page = desk.get(path)
    assert page.response.status_code == 200
    assert "isolation-act" not in page.fields


def test_the_actions_stand_on_oscars_own_image_list(with_runflow, desk, product):
    images = images_of(product)
    path = reverse("admin:catalogue_productimage_changelist")
    page = desk.get(path)
    token = page.of("changelist-form")[0]
    ticked = [("_selected_action", str(image.pk)) for image in images]
    confirm = desk.post(path, [token, ("action", "isolate_product"), *ticked])
    assert "$0.81" in confirm.text
    watched = desk.press(confirm, "Isolate 3 images for $0.81")
    desk.watch(watched, "Applied: 3")


@pytest.mark.django_db
def test_checks_are_content_with_the_shop_and_name_what_is_amiss(option):
    def found():
        return [m.id for m in run_checks() if m.id.startswith("product_isolation.")]

    assert found() == []
    option(IMAGES={})
    assert "product_isolation.W021" in found()


def test_a_place_behind_oscar_is_found_out(monkeypatch):
    configs = list(apps.get_app_configs())
    monkeypatch.setattr(apps, "get_app_configs", lambda: configs[::-1])
    from django_product_isolation.contrib.oscar.checks import check_oscar

    assert [m.id for m in check_oscar()] == ["product_isolation.W025"]


def test_the_product_is_shown_without_our_buttons_while_our_table_is_missing(
    desk, product, monkeypatch
):
    first = images_of(product)[0]
    assert desk.product(product).buttons_for(first) == ["Isolate product"]

    def breaks(*_args):
        raise ProgrammingError("no such table")

    controls = "django_product_isolation.contrib.oscar.controls.current_runs"
    monkeypatch.setattr(controls, breaks)
    page = desk.product(product)
    assert page.response.status_code == 200
    assert page.buttons_for(first) == []
