"""A model with several images: each has its own action, column, filter, panel and buttons."""

import re
from hashlib import sha256

import pytest
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Selection
from tests.photos import photo_bytes, photo_file
from tests.shop import press, put_originals_back, quote_on
from tests.shops.assortment.admin import ItemAdmin
from tests.shops.assortment.models import Crate, Item, Pallet, StudioShot
from tests.shops.assortment.stock import bytes_of, make_item, make_view

pytestmark = pytest.mark.django_db

BOTH = [{"field": "photo"}, {"field": "back"}]
LIST = "/admin/assortment/item/"


@pytest.fixture
def several(assortment):
    """Both images of an item are named."""
    assortment(Item=BOTH)


def act(client, name, images):
    ticked = {"action": name, "_selected_action": [i.pk for i in images], "index": "0"}
    return client.post(LIST, ticked)


def buttons(client, page):
    """The addresses that the page's buttons post to, with the page's text."""
    text = client.get(page).content.decode()
    return re.findall(r'formaction="([^"]+)"', text), text


def test_the_list_offers_an_action_for_each_image(client, several):
    make_item()
    text = client.get(LIST).content.decode()
    assert "Isolate product (100% front)" in text
    assert "Restore original (back)" in text
    offered = re.findall(r'<option value="(\w+)">', text)
    assert [name for name in offered if name.startswith(("isolate", "restore"))] == [
        "isolate_product_photo",
        "isolate_product_back",
        "restore_original_photo",
        "restore_original_back",
    ]


def test_an_order_is_for_the_image_that_its_action_names(client, several):
    item = make_item()
    page = act(client, "isolate_product_back", [item])["Location"]
    [tag] = re.findall(r'<img src="(/product-isolation/preview/[^"]+)"', client.get(page).text)
    assert "field=back" in tag
    press(client, page)
    batch = IsolationBatch.objects.get()
    assert (batch.field_name, batch.runs.get().source_name) == ("back", item.back.name)
    page = act(client, "isolate_product_photo", [item])["Location"]
    press(client, page)
    assert set(IsolationRun.objects.values_list("source_name", flat=True)) == {
        item.photo.name,
        item.back.name,
    }


def test_restoring_puts_back_the_image_that_its_action_names(client, several):
    item = make_item()
    for field in ("photo", "back"):
        run = isolate(item, field=field).runs.get()
        name = item.photo.storage.save("items/clean.webp", photo_file())
        IsolationRun.objects.filter(pk=run.pk).update(
            status=Status.APPLIED,
            active_key=None,
            due_at=None,
            result_name=name,
            result_sha256=sha256(photo_bytes()).hexdigest(),
            source_sha256="0",
        )
        Item.objects.filter(pk=item.pk).update(**{field: name})
    digest = sha256(bytes_of(item.back)).hexdigest()
    IsolationRun.objects.update(source_sha256=digest)
    act(client, "restore_original_back", [item])
    put_originals_back()
    shown = Item.objects.get()
    assert shown.back.name == item.back.name
    assert shown.photo.name != item.photo.name


def test_each_image_has_its_column_and_its_filter(client, several):
    item, other = make_item(), make_item("Lid")
    isolate(item, field="photo")
    text = client.get(LIST).content.decode()
    assert "column-isolation_state_photo" in text
    assert "column-isolation_state_back" in text
    [row] = [row for row in text.split("<tr>") if "Kettle" in row]
    photo, back = re.findall(r'field-isolation_state_\w+">(.*?)</td>', row)
    assert "Queued" in photo
    assert "Queued" not in back
    found = client.get(LIST, {"product_isolation_photo": "working"}).context["cl"].queryset
    assert list(found) == [item]
    found = client.get(LIST, {"product_isolation_back": "none"}).context["cl"].queryset
    assert set(found) == {item, other}


def test_a_list_takes_one_query_for_each_image(client, several, django_assert_max_num_queries):
    for number in range(3):
        isolate(make_item(f"Item {number}"), field="back")
    with django_assert_max_num_queries(50) as few:
        client.get(LIST)
    for number in range(9):
        isolate(make_item(f"More {number}"), field="photo")
    with django_assert_max_num_queries(len(few)):
        client.get(LIST)


def test_a_list_that_names_the_column_shows_all_of_them_there(client, several, monkeypatch):
    monkeypatch.setattr(ItemAdmin, "list_display", ["name", "isolation_state", "code"])
    make_item()
    heads = re.findall(r'class="[^"]*column-(\w+)', client.get(LIST).text)
    assert heads == ["name", "isolation_state_photo", "isolation_state_back", "code"]


def test_the_page_of_a_row_has_a_panel_for_each_image(client, several):
    item = make_item(back="")
    found, text = buttons(client, f"{LIST}{item.pk}/change/")
    assert "State and history (100% front)" in text
    assert "State and history (back)" in text
    [isolate_photo] = found
    assert "field=photo" in isolate_photo
    response = client.post(isolate_photo.replace("&amp;", "&"), {"pk": item.pk})
    assert Selection.objects.get().field_name == "photo"
    assert response["Location"] == reverse(
        "product_isolation:confirm", args=[Selection.objects.get().pk]
    )


def test_a_selection_that_does_not_say_which_image_is_not_begun(client, several):
    item = make_item()
    address = reverse("product_isolation:select", args=["assortment.item"])
    assert client.post(address, {"pk": item.pk}).status_code == 404
    assert client.post(address, {"pk": item.pk, "field": "side"}).status_code == 404
    assert client.post(address, {"pk": item.pk, "field": "back"}).status_code == 302
    Selection.objects.update(field_name="")  # as before a second image was named
    page = reverse("product_isolation:confirm", args=[Selection.objects.get().pk])
    assert client.get(page).status_code == 404


def test_the_preview_shows_the_image_that_it_is_asked_for(client, several):
    item = make_item()
    address = reverse("product_isolation:preview_image", args=["assortment.item", item.pk])
    assert client.get(address).status_code == 404
    photo, back = (client.get(address, {"field": name}) for name in ("photo", "back"))
    assert photo.status_code == back.status_code == 200
    assert photo.content != back.content
    run = isolate(item, field="back").runs.get()
    address = reverse("product_isolation:preview_run", args=[run.pk, "source"])
    assert client.get(address).content == back.content


def test_an_image_that_ended_without_result_is_tried_again_as_the_image_it_is(client, several):
    item = make_item()
    run = isolate(item, field="back").runs.get()
    isolate(item, field="photo")
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.FAILED, active_key=None)
    page = reverse("product_isolation:progress", args=[run.batch_id])
    client.post(page, {"decide": f"retry:{run.pk}", "quote": quote_on(client.get(page))})
    again = IsolationRun.objects.filter(source_name=item.back.name).exclude(pk=run.pk).get()
    assert again.batch.field_name == "back"


def test_products_have_an_action_for_each_image_of_their_images(client, assortment):
    view = {"field": "image", "product": "item"}
    studio = [{"field": "image", "product": "item"}, {"field": "backside", "product": "item"}]
    assortment(View=view, StudioShot=studio)
    item = make_item()
    shot = StudioShot.objects.create(item=item, image=photo_file(), backside=photo_file())
    text = client.get(LIST).text
    assert "isolate_all_images_of_assortment_view" in text
    page = act(client, "isolate_main_images_of_assortment_studioshot_backside", [item])["Location"]
    press(client, page)
    assert IsolationRun.objects.get().source_name == shot.backside.name


def test_a_preset_is_offered_once_for_a_model_with_several_images(client, several):
    text = client.get("/admin/product_isolation/preset/add/").text
    assert text.count('value="assortment.item"') == 1


def test_one_image_keeps_its_plain_names(client, assortment):
    assortment(View={"field": "image"})
    view = make_view()
    text = client.get("/admin/assortment/view/").text
    assert "column-isolation_state" in text
    assert 'value="isolate_product"' in text
    assert "product_isolation=working" in text
    address = reverse("product_isolation:select", args=["assortment.view"])
    assert client.post(address, {"pk": view.pk}).status_code == 302


@pytest.mark.parametrize("model", [Crate, Pallet])
def test_a_key_in_another_case_is_no_error(client, assortment, model):
    assortment(Crate={"field": "image"}, Pallet={"field": "image"})
    model.objects.create(code="A1", image=photo_file())
    address = reverse("product_isolation:select", args=[model._meta.label_lower])
    assert client.post(address, {"pk": "a1"}).status_code == 403
    page = client.post(address, {"pk": ["A1", "a1"]})["Location"]
    assert client.get(page).status_code == 200
    press(client, page)
    assert IsolationRun.objects.get().object_pk == "A1"
    changelist = f"/admin/assortment/{model._meta.model_name}/"
    assert "Queued" in client.get(changelist).text
    ticked = {"action": "isolate_product", "_selected_action": ["a1"], "index": "0"}
    assert client.post(changelist, ticked, follow=True).status_code == 200
    preview = reverse("product_isolation:preview_image", args=[model._meta.label_lower, "a1"])
    assert client.get(preview).status_code in (200, 404)


def test_images_whose_keys_differ_in_case_are_two(client, assortment):
    assortment(Pallet={"field": "image"})
    small, capital = (Pallet.objects.create(code=c, image=photo_file()) for c in ("a1", "A1"))
    isolate(small)
    assert client.get("/admin/assortment/pallet/").text.count("Queued") == 1
    isolate(capital)
    assert client.get("/admin/assortment/pallet/").text.count("Queued") == 2
    page = client.get("/admin/assortment/pallet/A1/change/").text
    assert page.count('<li id="isolation-') == 1
