"""Admin code that is right in Django goes on working with what we add to it."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.admin.host.mixins import as_given
from tests.catalogue.models import Product, ProductImage
from tests.photos import make_image

# ruff: noqa: RUF005 (how shops add to a tuple)

pytestmark = pytest.mark.django_db


class AddsToReadonlyFields(admin.ModelAdmin):
    readonly_fields = ("caption",)

    def get_fields(self, request, obj=None):
        return ("product", "original") + self.get_readonly_fields(request, obj)


class AddsToColumns(admin.ModelAdmin):
    list_display = ("product", "caption")

    def changelist_view(self, request, extra_context=None):
        columns = self.get_list_display(request) + ("original",)
        return super().changelist_view(request, {"columns": columns})


class AddsToFilters(admin.ModelAdmin):
    list_filter = ("caption",)

    def changelist_view(self, request, extra_context=None):
        filters = self.get_list_filter(request) + ("product",)
        return super().changelist_view(request, {"filters": filters})


class AddsToActions(admin.ModelAdmin):
    actions = ("export",)

    def get_actions(self, request):
        assert self.actions + ("delete_selected",)
        return super().get_actions(request)

    @admin.action(description="Export")
    def export(self, request, queryset):
        names = self.get_list_display(request)
        return HttpResponse(
            "\n".join(str(getattr(row, name)) for row in queryset for name in names)
        )


class ExportsItsColumns(AddsToActions):
    list_display = ("product", "caption")


class ExportsWithoutColumns(AddsToActions):
    list_display = ("__str__",)

    def export(self, request, queryset):
        return HttpResponse(", ".join(self.get_list_display(request)))


class YieldsInlines(admin.ModelAdmin):
    inlines = [type("ImageInline", (admin.TabularInline,), {"model": ProductImage})]

    def get_inline_instances(self, request, obj=None):
        yield from super().get_inline_instances(request, obj)


KINDS = [
    AddsToReadonlyFields,
    AddsToColumns,
    AddsToFilters,
    AddsToActions,
    ExportsItsColumns,
    ExportsWithoutColumns,
]
urlpatterns: list = []


@pytest.fixture
def site_of(settings):
    """The address of a site with one admin, and the client of somebody who may do everything."""

    def site_of(model, kind):
        site = admin.AdminSite(name="odd")
        site.register(model, kind)
        urlpatterns[:] = [
            path("odd/", site.urls),
            path("product-isolation/", include("django_product_isolation.urls")),
        ]
        settings.ROOT_URLCONF = __name__
        attach()
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("boss"))
        return client

    return site_of


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_lists_pages_and_actions_of_the_shops_work(kind, site_of):
    client, image = site_of(ProductImage, kind), make_image("Mug")
    listed = "/odd/catalogue/productimage/"
    assert client.get(listed).status_code == 200
    assert client.get(f"{listed}{image.pk}/change/").status_code == 200
    if issubclass(kind, AddsToActions):
        chosen = {"action": "export", "_selected_action": [image.pk]}
        assert b"isolation" not in client.post(listed, chosen).content


def test_what_we_add_is_there_all_the_same(site_of):
    client, image = site_of(ProductImage, AddsToColumns), make_image("Mug")
    page = client.get("/odd/catalogue/productimage/").content.decode()
    assert "column-isolation_state" in page
    assert "isolate_product" in page
    page = client.get(f"/odd/catalogue/productimage/{image.pk}/change/").content.decode()
    assert "Isolate product" in page


def test_inlines_that_come_one_by_one_stay_on_the_page(site_of):
    client, image = site_of(Product, YieldsInlines), make_image("Mug")
    page = client.get(f"/odd/catalogue/product/{image.product_id}/change/").content.decode()
    assert "images-TOTAL_FORMS" in page
    assert "isolation_state" in page


@pytest.mark.parametrize("given", [("a",), ["a"]], ids=type)
def test_a_tuple_stays_a_tuple_and_a_list_a_list(given):
    assert as_given(given, ["a", "b"]) == given + type(given)("b")
