"""Django's other ways to leave an inline, or rows of it, out of a page: what it shows is open."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.forms import BaseInlineFormSet
from django.test import RequestFactory

from django_product_isolation.admin.runs import RunAdmin
from django_product_isolation.choices import Status
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import visibility
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import EVERYTHING, make_run, make_staff, status_of
from tests.shops.assortment.models import Item, View
from tests.shops.assortment.stock import make_item, make_view, name_images
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

PRODUCT = ("catalogue.view_product", "catalogue.change_product", "catalogue.change_productimage")
RUNS = "/odd/product_isolation/isolationrun/"


class Images(admin.TabularInline):
    model = ProductImage
    extra = 0


class Plain(admin.ModelAdmin):
    inlines = [Images]


class OtherPairs(Plain):
    """As Django's documentation has it."""

    def get_formsets_with_inlines(self, request, obj=None):
        for inline in self.get_inline_instances(request, obj):
            if obj and obj.name != "unseen":
                yield inline.get_formset(request, obj), inline


class OtherInlines(Plain):
    def get_inlines(self, request, obj):
        return [Images] if obj and obj.name != "unseen" else []


class OtherDrawing(Plain):
    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        drawn = super().get_inline_formsets(request, formsets, inline_instances, obj)
        return drawn if obj and obj.name != "unseen" else []


class OtherRows(Plain):
    def get_formset_kwargs(self, request, obj, inline, prefix):
        values = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**values, "queryset": values["queryset"].exclude(caption="unseen")}


class WithoutRows(Plain):
    """Django then takes all that the model's manager has."""

    def get_formset_kwargs(self, request, obj, inline, prefix):
        values = super().get_formset_kwargs(request, obj, inline, prefix)
        del values["queryset"]
        return values


class OtherFormsets(Plain):
    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        for formset in formsets:
            formset.queryset = formset.queryset.exclude(caption="unseen")
        return formsets, inlines


class Narrows(BaseInlineFormSet):
    def get_queryset(self):
        return super().get_queryset().exclude(caption="unseen")


class NarrowsAtFirst(BaseInlineFormSet):
    def __init__(self, *args, queryset, **kwargs):
        super().__init__(*args, queryset=queryset.exclude(caption="unseen"), **kwargs)


class Lists(BaseInlineFormSet):
    def get_queryset(self):
        return [row for row in super().get_queryset() if row.caption != "unseen"]


class ShowsFewer(BaseInlineFormSet):
    def get_queryset(self):
        return super().get_queryset().order_by("caption")

    def initial_form_count(self):
        return sum(row.caption != "unseen" for row in self.get_queryset())


def having(formset_class):
    class Inline(Images):
        formset = formset_class

    return type(formset_class.__name__, (admin.ModelAdmin,), {"inlines": [Inline]})


class Makes(Images):
    """Its formset is another than the one it names."""

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, formset=Narrows, **kwargs)


class MadeByMethod(admin.ModelAdmin):
    inlines = [Makes]


BY_OBJECT = [OtherPairs, OtherInlines, OtherDrawing]
BY_ROW = [
    OtherRows,
    OtherFormsets,
    MadeByMethod,
    *map(having, (Narrows, NarrowsAtFirst, Lists, ShowsFewer)),
]


def page_of(image):
    return f"/odd/catalogue/product/{image.product_id}/change/"


def two_images():
    """One that is seen, and one that its caption or its product's leaves out."""
    images = [make_image("seen"), make_image("unseen")]
    for image in images:
        ProductImage.objects.filter(pk=image.pk).update(caption=image.product.name)
    return images


def asked(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def allowed(user, images, action="view"):
    found = shop_permissions.allowed(
        asked(user), action, ProductImage, [image.pk for image in images]
    )
    return [image for image in images if str(image.pk) in found]


@pytest.mark.parametrize("host", [*BY_OBJECT, *BY_ROW], ids=lambda host: host.__name__)
def test_what_the_page_does_not_show_is_not_open_here(client, settings, host):
    seen, unseen = two_images()
    runs = [make_run(Status.READY, image=image) for image in (seen, unseen)]
    staff = make_staff(*EVERYTHING, *PRODUCT)
    client.force_login(staff)
    with odd_site(settings, (Product, host), (IsolationRun, RunAdmin)):
        assert [shows(client, image) for image in (seen, unseen)] == [True, False]
        assert allowed(staff, [seen, unseen]) == allowed(staff, [seen, unseen], "change") == [seen]
        assert listed(client) == [str(seen.pk)]
        assert [picture(client, image) for image in (seen, unseen)] == [200, 404]
        client.post("/product-isolation/review/", {"decide": f"reject:{runs[1].pk}"})
        assert status_of(runs[1]) == Status.READY


def shows(client, image):
    return image.original.name in client.get(page_of(image)).content.decode()


def listed(client):
    return [run.object_pk for run in client.get(RUNS).context["cl"].result_list]


def picture(client, image):
    return client.get(f"/product-isolation/preview/catalogue.productimage/{image.pk}/").status_code


class InPages(BaseInlineFormSet):
    def get_queryset(self):
        return Paginator(super().get_queryset(), 1).page(1).object_list


@pytest.mark.parametrize("host", [WithoutRows, having(InPages)])
def test_all_rows_are_open_where_the_page_shows_all_be_it_one_by_one(settings, host):
    seen, other = two_images()
    ProductImage.objects.filter(pk=other.pk).update(product=seen.product)
    with odd_site(settings, (Product, host)):
        assert allowed(make_staff(*EVERYTHING, *PRODUCT), [seen, other]) == [seen, other]


def test_an_inline_shows_nothing_that_belongs_to_its_page_in_another_way(settings):
    name_images(settings, View={"field": "image"})

    class OfLoose(admin.TabularInline):
        model = View
        fk_name = "loose"

    class Chooses(admin.ModelAdmin):
        def get_inlines(self, request, obj):
            return [OfLoose] if obj else []

    item = make_item()
    loose, only = make_view(loose=item), make_view(only=item)
    with odd_site(settings, (Item, Chooses)):
        request = asked(get_user_model().objects.create_superuser("boss"))
        found = shop_permissions.allowed(request, "view", View, [loose.pk, only.pk])
        assert found == {str(loose.pk)}


@pytest.mark.parametrize("host", [OtherPairs, OtherRows, having(Narrows)])
def test_many_pages_cost_as_many_queries_as_one(settings, host, django_assert_max_num_queries):
    images = [make_image("seen") for _ in range(20)]
    with odd_site(settings, (Product, host)):
        request = asked(get_user_model().objects.create_superuser("boss"))
        pks = [str(image.pk) for image in images]
        shop_permissions.allowed(request, "change", ProductImage, pks[:1])
        for some in (pks[:1], pks):
            with django_assert_max_num_queries(3):
                assert shop_permissions.allowed(request, "change", ProductImage, some) == set(some)


def test_lists_look_at_the_newest_runs_where_pages_have_to_be_asked(client, settings, monkeypatch):
    monkeypatch.setattr(visibility, "NEWEST", 1)
    old, new = (make_run(Status.APPLIED, name="seen") for _ in range(2))
    client.force_login(make_staff(*EVERYTHING, *PRODUCT))
    with odd_site(settings, (Product, OtherPairs), (IsolationRun, RunAdmin)):
        assert listed(client) == [new.object_pk]
        assert client.get(f"{RUNS}{old.pk}/change/").status_code == 200
        client.force_login(get_user_model().objects.create_superuser("boss"))
        assert listed(client) == [new.object_pk, old.object_pk]
