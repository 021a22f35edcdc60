"""The panel on an image's own page: state, buttons and history, inside the host's form."""

import re
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from django_product_isolation.admin.host import image_page
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.photos import make_image, photo_file, shown_bytes
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_batch,
    make_run,
    make_staff,
    put_originals_back,
    said,
    status_of,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

ADD = f"{CHANGELIST}add/"


def page_of(image) -> str:
    return f"{CHANGELIST}{image.pk}/change/"


def panel(client, image) -> str:
    """The panel's part of the page; "" where there is none."""
    page = client.get(page_of(image)).content.decode()
    return page.partition('<div class="isolation isolation-panel">')[2]


def buttons(client, image) -> dict[str, str]:
    """Where the panel's visible buttons lead, by what stands on them."""
    tags = re.findall(r'<button [^>]*formaction="([^"]*)"[^>]*>([^<]*)<', panel(client, image))
    return {words: address.replace("&amp;", "&") for address, words in tags}


def press(client, image, words, **form):
    """Post the host's form through one of the panel's buttons."""
    posted = {"product": image.product_id, "caption": "typed, not saved", "pk": image.pk, **form}
    return client.post(buttons(client, image)[words], posted)


def test_the_panel_stands_in_a_fieldset_of_its_own_after_the_hosts(client, staff):
    image = make_image()
    response = client.get(page_of(image))
    names = [fieldset.name for fieldset in response.context["adminform"]]
    assert names == [None, "Isolation"]
    assert "Not isolated." in panel(client, image)
    assert "product_isolation/product_isolation.css" in response.content.decode()


def test_the_page_for_adding_an_image_is_as_it_was(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    response = client.get(ADD)
    assert [fieldset.name for fieldset in response.context["adminform"]] == [None]
    assert "isolation-panel" not in response.content.decode()


def test_the_history_tells_who_when_how_and_for_how_much(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5", resolution="4K")
    run = make_run(Status.APPLIED, batch=batch, prompt="the mug", cost=Decimal("0.27"))
    make_run(Status.FAILED, image=image_of(run), batch=make_batch(), prompt="")
    drawn = panel(client, image_of(run))
    for text in ("by ann", "the mug", "4:5", "4K (about 4096 pixels)", "charged $0.27"):
        assert text in drawn
    assert "No prompt: the model chose" in drawn
    assert drawn.count(reverse("product_isolation:preview_run", args=[run.pk, "source"])) == 1
    assert drawn.count(reverse("product_isolation:preview_run", args=[run.pk, "result"])) == 1
    assert f'href="/admin/product_isolation/isolationrun/{run.pk}/change/"' in drawn
    assert image_of(run).original.url not in drawn


def test_the_history_is_of_this_image_only_newest_first_and_not_endless(client, staff, monkeypatch):
    monkeypatch.setattr(image_page, "MAX_RUNS_SHOWN", 2)
    image = make_image()
    for prompt in ("oldest", "older", "newest"):
        make_run(Status.FAILED, image=image, prompt=prompt)
    make_run(Status.FAILED, prompt="another image")
    other_model = make_batch(model_label="catalogue.swatch")
    make_run(Status.FAILED, image=image, batch=other_model, prompt="another model")
    drawn = panel(client, image)
    assert drawn.index("newest") < drawn.index("older")
    assert not any(text in drawn for text in ("oldest", "another image", "another model"))
    assert f'href="/admin/product_isolation/isolationrun/?q={image.pk}"' in drawn


def test_the_panel_costs_the_same_few_queries_for_any_history(client, staff, count_queries):
    image = make_image()
    make_run(Status.FAILED, image=image, batch=make_batch(staff))
    short = count_queries(lambda: client.get(page_of(image)))
    for _ in range(15):
        make_run(Status.FAILED, image=image, batch=make_batch(staff))
    assert count_queries(lambda: client.get(page_of(image))) == short


def test_isolate_leads_to_the_confirm_page_and_saves_nothing(client, staff):
    image = make_image()
    response = press(client, image, "Isolate product", original=photo_file("new.jpg"))
    selection = Selection.objects.get()
    assert response["Location"] == reverse("product_isolation:confirm", args=[selection.pk])
    assert selection.object_pks == [str(image.pk)]
    assert selection.back == page_of(image)
    unchanged = ProductImage.objects.get()
    assert unchanged.caption == "as taken"
    assert unchanged.original.name == image.original.name
    assert not IsolationRun.objects.exists()


def test_restore_puts_the_original_back_and_saves_nothing_else(client, staff):
    image = make_image()
    before = shown_bytes(image)
    run = make_run(Status.APPLIED, image=image)
    posted = press(client, image, "Restore original", original=photo_file("new.jpg"))
    assert posted["Location"] == page_of(image)
    assert said(client.get(page_of(image))) == ["1 original is being restored. View progress"]
    put_originals_back()
    assert status_of(run) == Status.RESTORED
    assert shown_bytes(image) == before
    assert image_of(run).caption == "as taken"
    assert LogEntry.objects.count() == 1


def test_a_button_on_a_page_that_is_out_of_date_restores_nothing(client, staff):
    run = make_run(Status.APPLIED)
    address = buttons(client, image_of(run))["Restore original"]
    client.post(address)
    put_originals_back()
    ProductImage.objects.update(original="products/newer.jpg")
    client.post(address)
    put_originals_back()
    assert image_of(run).original.name == "products/newer.jpg"
    page = client.get("/admin/")
    assert said(page)[-1] == "Enamel mug shows its original again already."


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "", "javascript:x"])
def test_restore_goes_back_to_this_site_only(client, staff, back):
    url = reverse("product_isolation:restore", args=[make_run(Status.APPLIED).pk])
    response = client.post(f"{url}?back={back}")
    assert response["Location"] == "/admin/"


@pytest.mark.parametrize("status", Status)
def test_buttons_stand_where_they_would_do_something(client, staff, status):
    run = make_run(status)
    shown = buttons(client, image_of(run))
    assert ("Isolate product" in shown) == (not run.is_open)
    assert ("Restore original" in shown) == (status == Status.APPLIED)


def test_an_image_without_a_file_has_no_buttons(client, staff):
    image = make_image()
    ProductImage.objects.update(original="")
    assert buttons(client, image) == {}


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ([VIEW, ISOLATE, RESTORE], set()),
        ([CHANGE, ISOLATE], {"Isolate product"}),
        ([CHANGE, RESTORE], {"Restore original"}),
        ([CHANGE, REVIEW], set()),
        ([CHANGE, VIEW_RUNS], set()),
        (EVERYTHING, {"Isolate product", "Restore original"}),
    ],
)
def test_buttons_are_for_those_who_may_use_them(client, permissions, shown):
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(*permissions))
    assert "Applied" in panel(client, image_of(run))
    assert set(buttons(client, image_of(run))) == shown


def test_without_a_permission_of_ours_the_page_is_as_it_was(client):
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(CHANGE, VIEW))
    response = client.get(page_of(image_of(run)))
    assert [fieldset.name for fieldset in response.context["adminform"]] == [None]


def test_only_those_who_may_watch_are_led_to_the_run(client):
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(CHANGE, RESTORE))
    drawn = panel(client, image_of(run))
    assert f"/isolationrun/{run.pk}/" not in drawn
    assert f"/batches/{run.batch_id}/" not in drawn


def test_an_image_that_the_host_locks_has_no_buttons(client, staff, some_are_locked):
    run = make_run(Status.APPLIED)
    ProductImage.objects.update(caption="locked")
    assert buttons(client, image_of(run)) == {}


def test_enter_presses_the_hosts_save_not_our_button(client, staff):
    drawn = panel(client, make_image())
    assert drawn.index('name="_save"') < drawn.index("formaction")
    assert re.search(r'<button type="submit" name="_save" value="1" hidden>', drawn)


def test_hosts_with_fieldsets_fields_or_read_only_fields_of_their_own(client, staff, monkeypatch):
    image = make_image()
    model_admin = admin.site.get_model_admin(ProductImage)
    for changes in (
        {"fieldsets": (("Words", {"fields": ("caption", "product")}),)},
        {"fields": ["caption", ("product", "width")], "readonly_fields": ("width",)},
        {"readonly_fields": ["caption"]},
        {"exclude": ["caption"]},
    ):
        with monkeypatch.context() as patch:
            for name, value in changes.items():
                patch.setattr(model_admin, name, value)
            assert model_admin.check() == []
            response = client.get(page_of(image))
            assert [f.name for f in response.context["adminform"]][-1] == "Isolation"
            assert response.content.decode().count("isolation-panel") == 1
            posted = {"product": image.product_id, "caption": "x"}
            assert client.post(page_of(image), posted).status_code == 302


def test_the_images_history_in_the_admin_shows_swap_and_restore(client, staff):
    run = make_run(Status.APPLIED)
    press(client, image_of(run), "Restore original")
    put_originals_back()
    page = client.get(f"{CHANGELIST}{run.object_pk}/history/").content.decode()
    assert "Restored the original image." in page


def test_those_who_may_not_restore_learn_of_no_run(client):
    client.force_login(make_staff(CHANGE, ISOLATE))
    nowhere = "1f6f7f0e-5a7c-4c1c-9d53-3ed1a0a10001"
    assert client.post(reverse("product_isolation:restore", args=[nowhere])).status_code == 403
