"""Partners in Oscar's dashboard: people who are no staff and see their own products alone."""

import pytest
from django.apps import apps
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Selection

from .desk import OrderContext
from .shop import (
    ISOLATE,
    RESTORE,
    images_of,
    make_product,
    make_run,
    make_staff,
)

Partner = apps.get_model("partner", "Partner")
StockRecord = apps.get_model("partner", "StockRecord")
pytestmark = pytest.mark.django_db
ENTRY = "partner.dashboard_access"


def stocked_by(name, *users):
    partner = Partner.objects.create(name=name)
    partner.users.add(*users)
    product = make_product(name)
    StockRecord.objects.create(product=product, partner=partner, partner_sku=name, price=1)
    return product


@pytest.fixture
def partner():
    return make_staff(ENTRY, ISOLATE, RESTORE, is_staff=False, name="pia")


def test_a_partner_isolates_and_restores_the_own_images_from_the_dashboard(client, partner):
    client.force_login(partner)
    product = stocked_by("Pia's", partner)
    first, second, _third = images_of(product)
    run = make_run(first, Status.APPLIED)
    page = OrderContext(client).product(product)
    assert page.buttons_for(first) == ["Isolate product", "Restore original"]
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    confirm = client.post(select, {"pk": [second.pk]})["Location"]
    assert client.get(confirm).status_code == 200
    batch = reverse("product_isolation:progress", args=[run.batch_id])
    assert client.get(batch).status_code == 200


def test_a_partner_sees_and_touches_nothing_of_another_one(client, partner):
    client.force_login(partner)
    theirs = images_of(stocked_by("Zoe's"))
    run = make_run(theirs[0], Status.APPLIED)
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    assert client.post(select, {"pk": [theirs[1].pk]}).status_code == 403
    assert not Selection.objects.exists()
    for url in (
        reverse("product_isolation:progress", args=[run.batch_id]),
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_image", args=["catalogue.productimage", theirs[0].pk]),
    ):
        assert client.get(url).status_code == 404
    assert client.post(reverse("product_isolation:restore", args=[run.pk])).status_code == 404
    run.refresh_from_db()
    assert run.status == Status.APPLIED


@pytest.mark.parametrize("has", [[ISOLATE, RESTORE], []], ids=["no entry", "no entry, no rights"])
def test_whoever_the_dashboard_does_not_let_in_has_no_say_by_it(client, has):
    user = make_staff(*has, is_staff=False, name="cus")
    client.force_login(user)
    image = images_of(stocked_by("Cus'", user))[0]
    select = reverse("product_isolation:select", args=["catalogue.productimage"])
    assert "/login/" in client.post(select, {"pk": [image.pk]})["Location"]
