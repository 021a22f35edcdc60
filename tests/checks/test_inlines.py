"""W002 is for image models that no page of the admin shows: neither their own nor an inline."""

import pytest
from django.contrib import admin
from django.core.checks import run_checks

from tests.admin.host.odd_shop import odd_site
from tests.shops.wardrobe.models import Coat, Cut, CutPicture, Garment


class Pictures(admin.TabularInline):
    model = CutPicture


class WithPictures(admin.ModelAdmin):
    inlines = [Pictures]


class Cuts(admin.TabularInline):
    model = Cut
    inlines = [Pictures]  # as nested-admin has them


class WithCuts(admin.ModelAdmin):
    inlines = [Cuts]


class Decides(admin.ModelAdmin):
    def get_inlines(self, request, obj):
        return [Pictures] if obj else []


@pytest.fixture(autouse=True)
def cut_pictures(settings):
    images = {"wardrobe.CutPicture": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}


def ids() -> list[str]:
    return [found.id for found in run_checks() if found.id.startswith("product_isolation.")]


@pytest.mark.parametrize(
    "registered",
    [(Cut, WithPictures), (Garment, WithCuts), (Coat, WithCuts), (Cut, Decides)],
    ids=["inline", "inline of an inline", "of a child table", "chosen for each object"],
)
def test_a_model_that_stands_in_an_inline_is_shown(settings, registered):
    with odd_site(settings, registered):
        assert ids() == []


def test_a_model_that_stands_nowhere_is_named(settings):
    with odd_site(settings, (Cut, admin.ModelAdmin), (Garment, admin.ModelAdmin)):
        assert ids() == ["product_isolation.W002"]
