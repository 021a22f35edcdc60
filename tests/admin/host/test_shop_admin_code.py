"""Admin code that is right in Django goes on working with what we add to it."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.admin.host.mixins import as_given
from tests.photos import make_image
from tests.shops.catalogue.models import Product, ProductImage

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


def look_up(model, names):
    return [model._meta.get_field(name) for name in names if name != "__str__"]


class PrintsItsFields(AddsToActions):
    def export(self, request, queryset):
        return HttpResponse(
            "\n".join(
                str(getattr(row, name))
                for row in queryset
                for name in flatten_fieldsets(self.get_fieldsets(request, row))
            )
        )


class LooksUpReadonlyFields(admin.ModelAdmin):
    readonly_fields = ("caption",)

    def get_form(self, request, obj=None, **kwargs):
        assert look_up(self.model, self.get_readonly_fields(request, obj))
        return super().get_form(request, obj, **kwargs)

    def render_change_form(self, request, context, obj=None, **kwargs):
        context["locked"] = [getattr(obj, n) for n in context["adminform"].readonly_fields]
        assert look_up(self.model, flatten_fieldsets(context["adminform"].fieldsets))
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def save_model(self, request, obj, form, change):
        for name in self.get_readonly_fields(request, obj):
            assert getattr(obj, name) == getattr(form.instance, name)
        super().save_model(request, obj, form, change)


class LooksUpColumns(admin.ModelAdmin):
    list_display = ("product", "caption")

    def get_list_display_links(self, request, list_display):
        return [field.name for field in look_up(self.model, list_display)]

    def get_sortable_by(self, request):
        return [field.name for field in look_up(self.model, self.get_list_display(request))]

    def get_queryset(self, request):
        return super().get_queryset(request).only(*self.get_list_display(request))

    def get_changelist(self, request, **kwargs):
        return ReadsItsColumns


class ReadsItsColumns(ChangeList):
    def get_queryset(self, request, *args, **kwargs):
        shown = [name for name in self.list_display if name != "action_checkbox"]
        return super().get_queryset(request, *args, **kwargs).only(*shown)

    def get_filters(self, request):
        assert look_up(self.model, self.list_filter) is not None
        return super().get_filters(request)


class LooksUpFilters(admin.ModelAdmin):
    list_display = ("product", "caption")
    list_filter = ("caption",)

    def get_queryset(self, request):
        assert look_up(self.model, self.get_list_filter(request))
        return super().get_queryset(request)

    def lookup_allowed(self, lookup, value, request=None):
        return lookup in self.list_filter

    def get_changelist(self, request, **kwargs):
        return ReadsItsColumns


class CountsWithAListOfItsOwn(admin.ModelAdmin):
    """As recipes for totals do, and django-ordered-model."""

    def changelist_view(self, request, extra_context=None):
        filters, links = self.list_filter, self.list_display_links
        own = ChangeList(
            *(request, self.model, self.list_display, links, filters, self.date_hierarchy),
            *(self.search_fields, self.list_select_related, self.list_per_page),
            *(self.list_max_show_all, self.list_editable, self, None, ""),
        )
        return super().changelist_view(request, {"total": own.queryset.count()})


class SealedList(ChangeList):
    def __init_subclass__(cls, **kwargs):
        raise TypeError("sealed")


class ListsWithASealedClass(admin.ModelAdmin):
    def get_changelist(self, request, **kwargs):
        return SealedList


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
    PrintsItsFields,
    LooksUpReadonlyFields,
    LooksUpColumns,
    LooksUpFilters,
    CountsWithAListOfItsOwn,
    ListsWithASealedClass,
]
urlpatterns: list = []


@pytest.fixture
def site_of(settings):
    """The address of a site with one admin, and the client of somebody who may do everything."""

    def site_of(model, kind):
        site = admin.AdminSite(name="odd")
        site.register(model, kind)
        attach()
        urlpatterns[:] = [
            path("odd/", site.urls),
            path("product-isolation/", include("django_product_isolation.urls")),
        ]
        settings.ROOT_URLCONF = __name__
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("boss"))
        return client

    return site_of


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_lists_pages_and_actions_of_the_shops_work(kind, site_of):
    client, image = site_of(ProductImage, kind), make_image("Mug")
    listed = "/odd/catalogue/productimage/"
    page = f"{listed}{image.pk}/change/"
    assert b"column-isolation_state" in client.get(listed).content
    assert b"isolation-panel" in client.get(page).content
    posted = {"product": image.product_id, "caption": "typed"}
    assert client.post(page, posted).status_code == 302
    if issubclass(kind, AddsToActions):
        chosen = {"action": "export", "_selected_action": [image.pk]}
        assert b"isolation" not in client.post(listed, chosen).content


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_click_on_our_filter_is_for_our_list_alone(kind, site_of):
    client, image = site_of(ProductImage, kind), make_image("Mug")
    listed = "/odd/catalogue/productimage/"
    for choice, found in (("none", [image]), ("applied", [])):
        page = client.get(listed, {"product_isolation": choice}, follow=True)
        assert page.status_code == 200
        if kind is not ListsWithASealedClass:
            assert list(page.context["cl"].result_list) == found
            assert f"?product_isolation={choice}" in page.content.decode()
            assert (
                f"product_isolation%3D{choice}" in page.content.decode()
            )  # what "Add" comes back to


def test_what_we_add_is_there_all_the_same(site_of):
    client, image = site_of(ProductImage, AddsToColumns), make_image("Mug")
    page = client.get("/odd/catalogue/productimage/").content.decode()
    assert "column-isolation_state" in page
    assert "isolate_product" in page
    page = client.get(f"/odd/catalogue/productimage/{image.pk}/change/").content.decode()
    assert "Isolate product" in page


def sealed(cls, **kwargs):
    raise TypeError("sealed")


class SealedInline(admin.TabularInline):
    model = ProductImage
    readonly_fields = ("caption",)
    __init_subclass__ = sealed

    def __setattr__(self, name, value):
        assert not name.startswith("__")
        super().__setattr__(name, value)


class KnowsItsInlines(admin.ModelAdmin):
    inlines = [SealedInline]

    def get_formset_kwargs(self, request, obj, inline, prefix):
        assert type(inline) is SealedInline
        return super().get_formset_kwargs(request, obj, inline, prefix)

    def save_formset(self, request, form, formset, change):
        for inline in self.get_inline_instances(request, form.instance):
            assert look_up(ProductImage, inline.get_readonly_fields(request, form.instance))
            fieldsets = inline.get_fieldsets(request, form.instance)
            assert look_up(ProductImage, flatten_fieldsets(fieldsets))
        super().save_formset(request, form, formset, change)


def test_an_inline_need_take_nothing_from_us(site_of):
    client, image = site_of(Product, KnowsItsInlines), make_image("Mug")
    address = f"/odd/catalogue/product/{image.product_id}/change/"
    page = client.get(address).content.decode()
    assert "isolation-row" in page
    assert "product_isolation/product_isolation.css" in page
    posted = {"name": "Typed", "images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
    assert client.post(address, posted).status_code == 302


def test_inlines_that_come_one_by_one_stay_on_the_page(site_of):
    client, image = site_of(Product, YieldsInlines), make_image("Mug")
    page = client.get(f"/odd/catalogue/product/{image.product_id}/change/").content.decode()
    assert "images-TOTAL_FORMS" in page
    assert "isolation_state" in page


@pytest.mark.parametrize("given", [("a",), ["a"]], ids=type)
def test_a_tuple_stays_a_tuple_and_a_list_a_list(given):
    assert as_given(given, ["a", "b"]) == given + type(given)("b")
