"""Inlines that are shown to those who open a page, and take no change: nor do our pages."""

import pytest
from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import EVERYTHING, make_run, make_staff, press, status_of
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

PRODUCT = ("catalogue.view_product", "catalogue.change_product")
SELECT = "/product-isolation/select/catalogue.productimage/"


class ShownOnly(admin.TabularInline):
    """The old way to show rows and let nobody save them."""

    model = ProductImage
    extra = 0

    def has_change_permission(self, request, obj=None):
        is_looked_at = request.method in ("GET", "HEAD")
        return is_looked_at and super().has_change_permission(request, obj)


class Draws(BaseInlineFormSet):
    def get_queryset(self):
        return super().get_queryset().order_by("pk")


class ShownByFormset(ShownOnly):
    formset = Draws


class Named(admin.ModelAdmin):
    inlines = [ShownOnly]


class Chosen(admin.ModelAdmin):
    def get_inlines(self, request, obj):
        return [ShownOnly] if obj else []


class Paired(Named):
    def get_formsets_with_inlines(self, request, obj=None):
        for inline in self.get_inline_instances(request, obj):
            yield inline.get_formset(request, obj), inline


class Drawn(Named):
    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        return super().get_inline_formsets(request, formsets, inline_instances, obj)


class WithFormset(admin.ModelAdmin):
    inlines = [ShownByFormset]


HOSTS = [Named, Chosen, Paired, Drawn, WithFormset]


@pytest.fixture(params=HOSTS, ids=lambda host: host.__name__)
def shop(request, settings, client):
    client.force_login(make_staff(*EVERYTHING, *PRODUCT))
    with odd_site(settings, (Product, request.param)):
        yield


def test_what_an_inline_only_shows_is_not_ordered(shop, client):
    image = make_image("Cup")
    assert client.post(SELECT, {"pk": image.pk}).status_code == 403
    assert not Selection.objects.exists()


def test_what_an_inline_only_shows_is_not_ordered_by_an_address_of_before(shop, client):
    image = make_image("Cup")
    with pytest.MonkeyPatch.context() as before:
        before.setattr(ShownOnly, "has_change_permission", lambda self, request, obj=None: True)
        address = client.post(SELECT, {"pk": image.pk})["Location"]
    press(client, address)
    assert not IsolationRun.objects.exists()


def test_nothing_is_decided_about_what_an_inline_only_shows(shop, client):
    ready, applied = make_run(Status.READY, name="Cup"), make_run(Status.APPLIED, name="Pot")
    client.post("/product-isolation/review/", {"decide": f"approve:{ready.pk}"})
    batch = reverse("product_isolation:progress", args=[applied.batch_id])
    client.post(batch, {"decide": f"restore:{applied.pk}"})
    client.post(reverse("product_isolation:restore", args=[applied.pk]))
    ready.refresh_from_db()
    assert ready.review
    assert status_of(applied) == Status.APPLIED


def test_what_an_inline_shows_is_seen(shop, client):
    run = make_run(Status.READY, name="Cup")
    assert client.get(f"/product-isolation/batches/{run.batch_id}/").status_code == 200
    picture = f"/product-isolation/preview/catalogue.productimage/{run.object_pk}/"
    assert client.get(picture).status_code == 200
