"""A shop that wants no automatic additions derives from our mixins, and gets the same pages."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import include, path

from django_product_isolation.admin.host import IsolationAdminMixin, IsolationInlineMixin
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.checks import check_settings
from tests.photos import make_image
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db
LISTED, PRODUCTS = "/own/catalogue/productimage/", "/own/catalogue/product/"
urlpatterns: list = []


class PlainImageAdmin(admin.ModelAdmin):
    list_display = ("product",)


class PlainInline(admin.TabularInline):
    model = ProductImage


class PlainProductAdmin(admin.ModelAdmin):
    inlines = [PlainInline]


class OwnImageAdmin(IsolationAdminMixin, PlainImageAdmin):
    pass


class OwnInline(IsolationInlineMixin, PlainInline):
    pass


class OwnProductAdmin(IsolationAdminMixin, PlainProductAdmin):
    inlines = [OwnInline]


@pytest.fixture
def site_of(settings):
    def site_of(image_admin, product_admin):
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "AUTO_ADMIN": False}
        site = admin.AdminSite(name="own")
        site.register(ProductImage, image_admin)
        site.register(Product, product_admin)
        urlpatterns[:] = [
            path("own/", site.urls),
            path("product-isolation/", include("django_product_isolation.urls")),
        ]
        settings.ROOT_URLCONF = __name__
        attach()
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("boss"))
        return site, client

    return site_of


def classes(site):
    return [type(site.get_model_admin(model)) for model in (ProductImage, Product)]


def read(client, image):
    """The list of images, the image's page, the list of products and the product's page."""
    product = f"{PRODUCTS}{image.product_id}/change/"
    for address in (LISTED, f"{LISTED}{image.pk}/change/", PRODUCTS, product):
        yield client.get(address).content.decode()


def test_what_does_not_derive_from_them_is_left_as_it_is(site_of):
    site, client = site_of(PlainImageAdmin, PlainProductAdmin)
    assert classes(site) == [PlainImageAdmin, PlainProductAdmin]
    assert not any("isolat" in page.lower() for page in read(client, make_image()))


def test_what_derives_from_them_has_all_of_it_and_keeps_its_class(site_of):
    site, client = site_of(OwnImageAdmin, OwnProductAdmin)
    assert classes(site) == [OwnImageAdmin, OwnProductAdmin]
    images, image, products, product = read(client, make_image())
    assert "isolate_product" in images
    assert "column-isolation_state" in images
    assert "isolation-panel" in image
    assert "isolate_main_images" in products
    assert "isolation_state" not in products
    assert "isolation-row" in product


def test_an_inline_that_does_not_derive_from_ours_is_left_as_it_is(site_of):
    class Page(IsolationAdminMixin, PlainProductAdmin):
        pass

    _site, client = site_of(OwnImageAdmin, Page)
    image = make_image()
    page = client.get(f"{PRODUCTS}{image.product_id}/change/").content.decode()
    assert "images-TOTAL_FORMS" in page
    assert "isolation-row" not in page


def test_an_inline_may_say_where_the_column_stands(site_of):
    class Placed(OwnInline):
        fields = ("isolation_state", "caption")
        readonly_fields = ("isolation_state",)

    class Page(OwnProductAdmin):
        inlines = [Placed]

    site, client = site_of(OwnImageAdmin, Page)
    assert site.get_model_admin(Product).check() == []
    image = make_image()
    page = client.get(f"{PRODUCTS}{image.product_id}/change/").content.decode()
    assert page.count("isolation-row") == 1
    assert page.index("isolation-row") < page.index('value="as taken"')


def test_a_class_that_is_added_to_says_so_by_its_name(settings):
    site = admin.AdminSite(name="automatic")
    site.register(ProductImage, PlainImageAdmin)
    attach()
    added = type(site.get_model_admin(ProductImage))
    assert issubclass(added, PlainImageAdmin)
    assert added.__name__ == "PlainImageAdminWithIsolation"
    assert added.__module__.startswith("django_product_isolation.")


@pytest.mark.parametrize(("value", "found"), [(True, False), (False, False), ("no", True)])
def test_the_setting_is_checked(settings, value, found):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "AUTO_ADMIN": value}
    ids = {message.id for message in check_settings()}
    assert ("product_isolation.E037" in ids) is found
