"""Admins whose own code does not take what we add: the site is what it was without us."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from django_product_isolation.admin.host.attach import attach
from tests.photos import make_image
from tests.shop import make_staff
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


class ActionsByProperty(admin.ModelAdmin):
    @property
    def actions(self):
        return ()


class Sealed(type(admin.ModelAdmin)):
    """Of classes that allow none to derive from them."""

    def __new__(cls, name, bases, namespace):
        if any(isinstance(base, Sealed) for base in bases):
            raise TypeError(f"{name} may not derive from what is sealed.")
        return super().__new__(cls, name, bases, namespace)


class OfImages(admin.ModelAdmin, metaclass=Sealed):
    pass


@pytest.mark.parametrize("model_admin", [ActionsByProperty, OfImages])
def test_an_admin_that_takes_nothing_of_ours_is_left_alone(model_admin, caplog):
    site = admin.AdminSite(name="odd-admins")
    site.register(ProductImage, model_admin)
    attach()
    assert "not_attached" in caplog.text


def test_pages_that_spend_money_need_the_csrf_token_whatever_the_shop_checks(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "csrf" not in name.lower()]
    client, image = Client(enforce_csrf_checks=True), make_image()
    client.force_login(make_staff("catalogue.change_productimage", "catalogue.view_productimage"))
    address = reverse("product_isolation:select", args=["catalogue.productimage"])
    assert client.post(address, {"pk": image.pk}).status_code == 403
