"""Images, people and choices for which the confirm page orders nothing."""

import re
import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import (
    IsolationBatch,
    IsolationRun,
)
from django_product_isolation.workflow import start
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    REVIEW,
    SPENDING,
    VIEW,
    choose,
    look,
    make_run,
    make_staff,
    order,
    press,
    said,
)
from tests.shops.catalogue.models import ProductImage

from .test_confirm import make_selection

pytestmark = pytest.mark.django_db


def test_images_that_were_left_out_are_named_when_the_others_begin(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    make_run(Status.QUEUED, image=images[0])
    response = press(client, choose(client, images), follow=True)
    assert said(response) == ["Cup is being isolated already. See it"]
    assert [run.label for run in response.context["batch"].runs.all()] == ["Pot"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("aspect_ratio", "7:3"), ("resolution", "8K"), ("prompt", "x" * 501), ("review", "maybe")],
)
def test_an_invalid_choice_is_refused_on_the_page(client, staff, field, value):
    response = order(client, [make_image()], **{field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "Please correct what is marked below." in response.content.decode()
    assert not IsolationBatch.objects.exists()


def test_a_wording_that_is_too_long_is_marked_where_it_stands(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    name = f"prompt-{images[0].pk}"
    page = order(client, images, **{name: "x" * 501}).content.decode()
    assert "at most 500 characters (it has 501)" in page
    assert '<details class="isolation-worded" open>' in page
    assert not IsolationBatch.objects.exists()


def test_only_a_reviewer_does_without_the_review_that_the_shop_wants(client, option):
    option(REVIEW=True)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    page = look(client, [make_image("Cup")]).content.decode()
    assert re.search(r'<input type="radio" name="review" value="at-once"[^>]* disabled', page)
    order(client, [make_image("Pot")], review="at-once")
    assert IsolationBatch.objects.get().review is True
    IsolationBatch.objects.all().delete()
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="bea"))
    order(client, [make_image("Jug")], review="at-once")
    assert IsolationBatch.objects.get().review is False


def test_a_picture_that_the_user_may_not_change_is_not_begun(client, staff, some_are_locked):
    images = [make_image("Cup"), make_image("Heirloom")]
    address = choose(client, images)
    ProductImage.objects.filter(pk=images[1].pk).update(caption="locked")
    response = press(client, address, follow=True)
    assert said(response) == ["You are not allowed to change Heirloom."]
    assert IsolationRun.objects.get().label == "Cup"


@pytest.mark.parametrize("permissions", [(VIEW, CHANGE, REVIEW), (VIEW, ISOLATE, REVIEW)])
def test_who_may_not_isolate_or_change_sees_and_orders_nothing(client, permissions):
    address = make_selection([make_image()])
    client.force_login(make_staff(*permissions))
    assert client.get(address).status_code == 403
    assert press(client, address).status_code == 403
    assert not IsolationRun.objects.exists()


def test_who_may_change_none_of_the_images_sees_and_orders_nothing(client, staff, some_are_locked):
    address = make_selection([make_image()])
    ProductImage.objects.update(caption="locked")
    assert client.get(address).status_code == 403
    assert press(client, address).status_code == 403


def test_images_that_the_admin_does_not_show_to_the_person_are_not_begun(
    client, staff, monkeypatch
):
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    model_admin = admin.site.get_model_admin(ProductImage)
    shown = ProductImage.objects.filter(pk=images[0].pk)
    monkeypatch.setattr(model_admin, "get_queryset", lambda request: shown)
    assert "Pot" not in client.get(address).content.decode()
    press(client, address)
    assert IsolationRun.objects.get().label == "Cup"


def test_who_is_not_logged_in_comes_back_after_the_login(client):
    address = make_selection([make_image()])
    assert client.get(address)["Location"] == f"/admin/login/?next={address}"


@pytest.mark.parametrize("label", ["catalogue.nothing", "catalogue.product"])
def test_a_model_that_the_shop_names_no_longer_is_not_found(client, staff, label):
    assert client.get(make_selection([make_image()], model_label=label)).status_code == 404


def test_an_unknown_selection_is_not_found(client, staff):
    address = reverse("product_isolation:confirm", args=[uuid.uuid4()])
    assert client.get(address).status_code == 404


def test_an_image_that_no_admin_shows_is_ordered_with_its_models_permission(client, option):
    option(IMAGES={"catalogue.UnregisteredImage": {"field": "picture"}})
    user = make_staff(ISOLATE, "catalogue.change_unregisteredimage")
    client.force_login(user)
    image = make_unregistered()
    select_address = "/product-isolation/select/catalogue.unregisteredimage/"
    address = client.post(select_address, {"pk": [image.pk]})["Location"]
    assert client.get(address).status_code == 200
    client.force_login(make_staff(ISOLATE, name="bea"))
    assert client.get(address).status_code == 403
    assert client.post(select_address, {"pk": [image.pk]}).status_code == 403
    client.force_login(user)
    assert press(client, address).status_code == 302
    assert IsolationRun.objects.get().object_pk == str(image.pk)


def make_unregistered():
    from tests.shops.catalogue.models import UnregisteredImage

    return UnregisteredImage.objects.create(picture=make_image().original.name)


def test_a_text_that_the_database_changes_is_not_ordered(client, staff, monkeypatch):
    real = start.new_run

    def narrow(batch, target, picture, prompt):
        return real(batch, target, picture, prompt.replace("\N{TEACUP WITHOUT HANDLE}", "?"))

    monkeypatch.setattr(start, "new_run", narrow)
    address = make_selection([make_image("Tea \N{TEACUP WITHOUT HANDLE}")])
    page = press(client, address).content.decode()
    assert "cannot keep all letters of this text: Tea \N{TEACUP WITHOUT HANDLE}" in page
    assert not IsolationRun.objects.exists()
