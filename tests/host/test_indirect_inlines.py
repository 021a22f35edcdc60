"""Inlines whose images belong to their page in no plain way: nobody sees more for it."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.admin import GenericTabularInline
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory

from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.inline_links import find_link, possible_links
from tests.admin.host.odd_shop import odd_site
from tests.photos import photo_file
from tests.shop import make_staff
from tests.shops.assortment.models import Label, View
from tests.shops.wardrobe.models import Garment, Scan

pytestmark = pytest.mark.django_db

SEEN = [f"wardrobe.{verb}_{model}" for verb in ("view", "change") for model in ("scan", "garment")]


class ScanInline(GenericTabularInline):
    model = Scan


class OfOneName(admin.ModelAdmin):
    """Its people find the garments that are called like them."""

    def get_queryset(self, request):
        return super().get_queryset(request).filter(name=request.user.get_username())


class OnSavedPagesOnly(OfOneName):
    def get_inlines(self, request, obj):
        return [ScanInline] if obj else []


class MadeInstances(OfOneName):
    def get_inline_instances(self, request, obj=None):
        return [ScanInline(self.model, self.admin_site)] if obj else []


class UnknownInline(admin.TabularInline):
    """Shows images that have nothing to do with the page, by a formset of its own."""

    model = Scan


class Unknown(OfOneName):
    inlines = [UnknownInline]


def scan_of(name):
    garment = Garment.objects.create(code=name, name=name)
    kind = ContentType.objects.get_for_model(Garment)
    return Scan.objects.create(
        content_type=kind, object_id=str(garment.pk), picture=photo_file(f"{name}.jpg")
    )


def asked(name="ann"):
    request = RequestFactory().get("/")
    request.user = make_staff(*SEEN, name=name)
    return request


@pytest.mark.parametrize("host", [OnSavedPagesOnly, MadeInstances])
def test_generic_inlines_that_are_chosen_by_the_page_show_what_that_page_shows(settings, host):
    mine, hers = scan_of("ann"), scan_of("zoe")
    pks = [str(mine.pk), str(hers.pk)]
    with odd_site(settings, (Garment, host)):
        assert shop_permissions.is_shown(Scan)
        for action in ("view", "change"):
            assert shop_permissions.allowed(asked(f"{action}r"), action, Scan, pks) == set()
        assert shop_permissions.allowed(asked(), "change", Scan, pks) == {str(mine.pk)}


def test_an_inline_that_shows_images_in_a_way_unknown_here_shows_them_to_nobody(
    settings, monkeypatch
):
    monkeypatch.setattr(shop_permissions, "sites_of_other_hosts", list)
    mine = scan_of("ann")
    with odd_site(settings, (Garment, Unknown)):
        assert shop_permissions.allowed(asked(), "view", Scan, [str(mine.pk)]) == set()


class Reversed:
    """As django-reverse-admin has it: what the page's own foreign key leads to."""

    model = View


def test_what_the_page_itself_points_at_belongs_to_it():
    view, other = View.objects.create(), View.objects.create()
    labels = [Label.objects.create(view=view) for _ in range(2)]
    Label.objects.create(view=other)
    link = find_link(Label, Reversed)
    assert link in possible_links(View, Label)
    mine = Label.objects.filter(pk__in=[label.pk for label in labels])
    assert list(link.within(View.objects.all(), mine)) == [view]
