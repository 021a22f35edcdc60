"""Inlines within inlines, as nested-admin has them: images there have their column too."""

import pytest
from django.test import override_settings

from tests.admin.host.odd_shop import odd_site
from tests.photos import photo_file
from tests.shops.wardrobe.models import Cut, CutPicture, Garment

pytestmark = pytest.mark.django_db


@pytest.fixture
def nested_admin(settings):
    installed = [*settings.INSTALLED_APPS, "nested_admin"]
    with override_settings(INSTALLED_APPS=installed):
        yield pytest.importorskip("nested_admin")


@pytest.fixture
def cut():
    cut = Cut.objects.create(garment=Garment.objects.create(code="c", name="Coat"), name="Long")
    for caption in ("Front", "Back"):
        CutPicture.objects.create(cut=cut, picture=photo_file(), caption=caption)
    return cut


def test_inlines_within_inlines_have_the_column(client, boss, settings, nested_admin, cut):
    option = {"IMAGES": {"wardrobe.CutPicture": {"field": "picture"}}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **option}

    class Pictures(nested_admin.NestedTabularInline):
        model = CutPicture
        extra = 0

    class Cuts(nested_admin.NestedStackedInline):
        model = Cut
        inlines = [Pictures]
        extra = 0

    class Page(nested_admin.NestedModelAdmin):
        inlines = [Cuts]

    with odd_site(settings, (Garment, Page)):
        page = client.get(f"/odd/wardrobe/garment/{cut.garment.pk}/change/").content.decode()
    assert page.count("isolation-row") == page.count(">Isolate product<") == 2
