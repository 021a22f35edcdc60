"""What a shop's admin code reads of itself is the shop's own: its class, its Media, its columns."""

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList

from tests.photos import make_image
from tests.shops.catalogue.models import Product, ProductImage

from .odd_shop import OddImage

pytestmark = pytest.mark.django_db

LISTED = "/odd/catalogue/oddimage/"


def page_of(image):
    return f"{LISTED}{image.pk}/change/"


class NamesItsClass(admin.ModelAdmin):
    def get_queryset(self, request):
        assert self.__class__ is NamesItsClass
        return super(self.__class__, self).get_queryset(request)

    def get_changelist(self, request, **kwargs):
        return ListThatNamesItsClass


class ListThatNamesItsClass(ChangeList):
    def get_queryset(self, request, *args, **kwargs):
        return super(self.__class__, self).get_queryset(request, *args, **kwargs)


class ReadsItsMedia(admin.ModelAdmin):
    class Media:
        js = ("shop.js",)
        extend = False

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"scripts": self.Media.js})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return super().change_view(request, object_id, form_url, {"scripts": self.Media.js})


class PrintsItsList(admin.ModelAdmin):
    list_display = ("product", "caption")

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        changelist = response.context_data["cl"]
        names = [name for name in changelist.list_display if name != "action_checkbox"]
        response.printed = [[getattr(row, n) for n in names] for row in changelist.result_list]
        return response


@pytest.mark.parametrize("kind", [NamesItsClass, ReadsItsMedia, PrintsItsList])
def test_its_lists_and_pages_are_there_with_what_we_add(kind, client, odd):
    odd(kind)
    image = make_image("Mug")
    assert "column-isolation_state" in client.get(LISTED, {"product_isolation": "none"}).text
    assert "isolation-panel" in client.get(page_of(image)).text
    assert client.post(page_of(image), {"product": image.product_id}).status_code == 302


def test_pages_bring_the_shops_scripts_and_our_styles(client, odd):
    odd(ReadsItsMedia)
    for address in (LISTED, page_of(make_image("Mug"))):
        page = client.get(address).text
        assert 'src="/static/shop.js"' in page
        assert page.count("product_isolation/product_isolation.css") == 1


def test_a_list_is_printed_with_the_shops_columns_alone(client, odd):
    odd(PrintsItsList)
    image = make_image("Mug")
    assert client.get(LISTED).printed == [[image.product, image.caption]]


class ProductPage(admin.ModelAdmin):
    inlines = [type("ImageInline", (admin.TabularInline,), {"model": ProductImage})]

    def get_inline_formsets(self, request, *args, **kwargs):
        return super(self.__class__, self).get_inline_formsets(request, *args, **kwargs)


def test_a_products_page_may_name_its_class(client, odd):
    odd(ProductPage, Product)
    image = make_image("Mug")
    assert "isolation-row" in client.get(f"/odd/catalogue/product/{image.product_id}/change/").text


def test_the_type_says_what_was_added_and_the_class_does_not(odd):
    model_admin = odd(NamesItsClass, OddImage)
    assert type(model_admin).__name__ == "NamesItsClassWithIsolation"
    assert model_admin.__class__ is NamesItsClass
    assert str(model_admin) == "catalogue.NamesItsClass"
