"""A shop with another admin site than Django's, showing a proxy of the image model."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.sites import find_model, get_model_admin, sites_in_use
from django_product_isolation.models import IsolationBatch
from tests.photos import make_image, make_swatch
from tests.shop import ISOLATE, make_batch, make_run, make_staff, press, status_of, tick
from tests.shops.catalogue.models import Product, ProductImage
from tests.staff.staff_site import StaffImage, site

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.staff.staff_site")]

CHANGELIST = "/staff/catalogue/staffimage/"


@pytest.fixture(autouse=True)
def boss(client):
    attach()
    user = get_user_model().objects.create_superuser("ann")
    client.force_login(user)
    return user


def test_only_sites_with_an_address_count():
    assert sites_in_use() == [site]
    assert get_model_admin(ProductImage) is site.get_model_admin(StaffImage)
    assert get_model_admin(Product) is None
    assert find_model("catalogue.gone") is find_model("nonsense") is None


def test_the_way_from_the_tick_to_the_batch(client):
    image = make_image()
    address = client.post(CHANGELIST, tick([image]))["Location"]
    page = client.get(address).content.decode()
    assert f'<a href="{CHANGELIST}">Staff images</a>' in page
    assert "Staff" in page
    response = press(client, address, follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<a href="{CHANGELIST}">Staff images</a>' in page
    assert f'href="{CHANGELIST}{image.pk}/change/"' in page
    assert "Details" not in page  # this site does not show our runs
    assert IsolationBatch.objects.get().model_label == "catalogue.productimage"


def test_decisions_ask_the_hosts_own_admin(client, monkeypatch):
    run = make_run(Status.HELD)
    monkeypatch.setattr(site.get_model_admin(StaffImage), "has_change_permission", lambda *a: False)
    url = reverse("product_isolation:progress", args=[run.batch_id])
    assert client.post(url, {"decide": f"resume:{run.pk}"}).status_code == 403


def test_where_no_admin_shows_the_model_its_plain_permission_counts(client, monkeypatch):
    monkeypatch.setattr(shop_permissions, "sites_of_other_hosts", list)
    batch = make_batch(model_label="catalogue.swatch")
    run = make_run(Status.HELD, batch=batch, object_pk=str(make_swatch().pk))
    url = reverse("product_isolation:progress", args=[run.batch_id])
    client.force_login(make_staff(ISOLATE, "catalogue.view_swatch", name="bea"))
    assert client.post(url, {"decide": f"resume:{run.pk}"}).status_code == 403
    client.force_login(make_staff(ISOLATE, "catalogue.change_swatch", name="cleo"))
    assert client.post(url, {"decide": f"resume:{run.pk}"}).status_code == 302
    assert status_of(run) == Status.QUEUED


def test_previews_are_shown_for_images_of_that_site(client):
    image = make_image()
    url = reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk])
    assert client.get(url)["Content-Type"] == "image/jpeg"


def test_who_is_not_logged_in_is_led_to_that_sites_login(client):
    client.logout()
    response = client.get(reverse("product_isolation:progress", args=[make_run().batch_id]))
    assert response["Location"].startswith("/staff/login/?next=/product-isolation/batches/")


@pytest.mark.urls("tests.shops.catalogue.urls_without_admin")
def test_where_the_admin_has_no_address_its_pages_refuse_and_nothing_breaks(client):
    run, image = make_run(Status.APPLIED), make_image("Pot")
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    for url in (
        reverse("product_isolation:progress", args=[run.batch_id]),
        reverse("product_isolation:review"),
        reverse("product_isolation:spending"),
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk]),
    ):
        assert client.get(url).status_code == 403
    assert client.post(select, {"pk": [image.pk]}).status_code == 403
    restore = reverse("product_isolation:restore", args=[run.pk])
    assert client.post(restore).status_code == 403
    assert status_of(run) == Status.APPLIED
