"""Inlines within inlines, as nested-admin has them: images there have their column too."""

import pytest
from django.contrib import admin

from tests.admin.host.odd_shop import odd_site
from tests.wardrobe.models import Cut, CutPicture, Garment

pytestmark = pytest.mark.django_db


class Nests:
    """An inline with inlines of its own, in the way of nested-admin."""

    get_inline_instances = admin.ModelAdmin.get_inline_instances
    get_inlines = admin.ModelAdmin.get_inlines


def test_inlines_within_inlines_have_the_column(rf, django_user_model, settings):
    option = {"IMAGES": {"wardrobe.CutPicture": {"field": "picture"}}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **option}

    class Pictures(admin.TabularInline):
        model = CutPicture

    class Cuts(Nests, admin.TabularInline):
        model = Cut
        inlines = [Pictures]

    class Page(admin.ModelAdmin):
        inlines = [Cuts]

    with odd_site(settings, (Garment, Page)) as site:
        request = rf.get("/")
        request.user = django_user_model.objects.create_superuser("boss")
        (cuts,) = site.get_model_admin(Garment).get_inline_instances(request)
        (pictures,) = cuts.get_inline_instances(request)
        assert "isolation_state" in pictures.get_readonly_fields(request)
        assert "isolation_state" not in cuts.get_readonly_fields(request)
