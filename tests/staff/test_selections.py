"""From a tick or a button to a selection, and to the confirm page's address."""

import uuid

import pytest
from django.test import RequestFactory
from django.urls import reverse

from django_product_isolation.models import IsolationBatch, Selection
from django_product_isolation.staff import selections
from django_product_isolation.staff.selections import select
from tests.photos import make_image, make_swatch
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    VIEW,
    choose,
    make_images_without_files,
    make_staff,
    pks,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

SELECT = "/product-isolation/select/catalogue.productimage/"


@pytest.fixture
def request_of(staff):
    request = RequestFactory().post("/")
    request.user = staff
    return request


def test_a_tick_is_kept_and_leads_to_a_page_of_its_own(client, staff):
    images = [make_image("Pot"), make_image("Cup")]
    address = choose(client, images)
    selection = Selection.objects.get()
    assert address == reverse("product_isolation:confirm", args=[selection.pk])
    assert sorted(selection.object_pks) == sorted(pks(images))
    assert (selection.chosen, selection.created_by) == (2, staff)
    assert (selection.model_label, selection.site_name) == ("catalogue.productimage", "admin")
    assert not IsolationBatch.objects.exists()


def test_of_a_whole_table_the_beginning_is_kept_and_all_are_counted(client, staff, monkeypatch):
    monkeypatch.setattr(selections, "MAX_READ", 2)
    images = make_images_without_files(5)
    choose(client, images[:1], select_across="1")
    selection = Selection.objects.get()
    assert (len(selection.object_pks), selection.chosen) == (2, 5)


def test_select_takes_keys_in_their_order_and_each_once(request_of):
    keys = [uuid.uuid4(), uuid.uuid4()]
    run = uuid.uuid4()
    response = select(
        request_of,
        ProductImage,
        "admin",
        [keys[1], keys[0], keys[1]],
        prefill={"prompt": "a cup"},
        redo_of=[run],
        back="/somewhere/",
    )
    selection = Selection.objects.get()
    assert response["Location"].endswith(f"/confirm/{selection.pk}/")
    assert selection.object_pks == [str(keys[1]), str(keys[0])]
    assert selection.chosen == 2
    assert (selection.prefill, selection.redo_of) == ({"prompt": "a cup"}, [str(run)])
    assert selection.back == "/somewhere/"


def test_a_path_that_is_too_long_to_be_kept_leads_back_to_the_list(client, staff):
    image = make_image()
    path = f"{CHANGELIST}?_changelist_filters=" + "x" * 600
    response = client.post(SELECT, {"pk": [image.pk], "back": path})
    page = client.get(response["Location"]).content.decode()
    assert f'href="{CHANGELIST}">No, take me back' in page


def test_a_button_beside_an_image_leads_to_the_same_page(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    response = client.post(SELECT, {"pk": pks(images), "back": "/admin/somewhere/?a=b"})
    selection = Selection.objects.get()
    assert response["Location"] == reverse("product_isolation:confirm", args=[selection.pk])
    assert selection.object_pks == pks(images)
    assert selection.back == "/admin/somewhere/?a=b"


def test_a_button_in_a_form_of_the_hosts_says_the_way_back_in_its_address(client, staff):
    client.post(f"{SELECT}?back=/admin/x/", {"pk": [make_image().pk]})
    assert Selection.objects.get().back == "/admin/x/"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_way_back_never_leads_to_another_host(client, staff, back):
    client.post(SELECT, {"pk": [make_image().pk], "back": back})
    assert Selection.objects.get().back == ""


def test_what_is_redone_is_remembered(client, staff):
    run = uuid.uuid4()
    client.post(SELECT, {"pk": [make_image().pk], "redo_of": [str(run)]})
    assert Selection.objects.get().redo_of == [str(run)]


def test_keys_of_any_kind_are_taken(client, staff):
    client.force_login(make_staff(ISOLATE, "catalogue.change_swatch", name="bea"))
    swatch = make_swatch()
    client.post("/product-isolation/select/catalogue.swatch/", {"pk": [swatch.pk]})
    assert Selection.objects.get().object_pks == [str(swatch.pk)]


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"pk": ["nonsense"]},
        {"pk": ["9" * 30]},
        {"pk": ["1"], "redo_of": ["nonsense"]},
    ],
)
def test_nonsense_is_refused(client, staff, posted):
    make_image()
    if posted.get("redo_of"):
        posted = {**posted, "pk": pks(ProductImage.objects.all())}
    assert client.post(SELECT, posted).status_code == 400
    assert not Selection.objects.exists()


def test_looking_selects_nothing(client, staff):
    assert client.get(SELECT, {"pk": [make_image().pk]}).status_code == 405


@pytest.mark.parametrize("label", ["catalogue.product", "catalogue.nothing", "nonsense"])
def test_other_models_are_not_found(client, staff, label):
    address = f"/product-isolation/select/{label}/"
    assert client.post(address, {"pk": ["1"]}).status_code == 404


@pytest.mark.parametrize("permissions", [(VIEW, CHANGE), (VIEW, ISOLATE)])
def test_who_may_not_isolate_or_change_selects_nothing(client, permissions):
    client.force_login(make_staff(*permissions))
    assert client.post(SELECT, {"pk": [make_image().pk]}).status_code == 403
    assert not Selection.objects.exists()


def test_a_customer_selects_nothing(client):
    user = make_staff(*EVERYTHING)
    user.is_staff = False
    user.save()
    client.force_login(user)
    response = client.post(SELECT, {"pk": [make_image().pk]})
    assert response["Location"].startswith("/admin/login/")
    assert not Selection.objects.exists()


def test_images_that_the_user_may_not_change_are_not_enough(client, staff, some_are_locked):
    image = make_image()
    ProductImage.objects.update(caption="locked")
    assert client.post(SELECT, {"pk": [image.pk]}).status_code == 403
    other = make_image("Pot")
    assert client.post(SELECT, {"pk": [image.pk, other.pk]}).status_code == 302


def test_who_is_not_logged_in_is_led_to_the_login(client):
    response = client.post(SELECT, {"pk": [make_image().pk]})
    assert response["Location"].startswith("/admin/login/")
    assert not Selection.objects.exists()
