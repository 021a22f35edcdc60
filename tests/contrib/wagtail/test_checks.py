"""What `check` says of the order of apps, of `IMAGES`, and of where renditions are remembered."""

import importlib

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import run_checks

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not apps.is_installed("django_product_isolation.contrib.wagtail"),
        reason="without the app for Wagtail",
    ),
]

LOCAL = "django.core.cache.backends.locmem.LocMemCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"


def ids(**options) -> set[str]:
    return {message.id for message in run_checks(**options)}


@pytest.mark.parametrize(
    ("caches", "is_found"),
    [
        ({"default": {"BACKEND": LOCAL}}, True),
        ({"default": {"BACKEND": LOCAL}, "renditions": {"BACKEND": DUMMY}}, False),
        ({"default": {"BACKEND": DUMMY}}, False),
    ],
)
def test_a_deployment_hears_of_renditions_that_each_process_remembers(settings, caches, is_found):
    settings.CACHES = caches
    assert ("product_isolation.W033" in ids(include_deployment_checks=True)) is is_found
    assert "product_isolation.W033" not in ids()


def test_images_that_are_not_named_are_told_of(settings):
    assert not ids() & {"product_isolation.W028", "product_isolation.W029"}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": {}}
    assert "product_isolation.W029" in ids()


@pytest.mark.skipif(
    django_settings.WAGTAILIMAGES_IMAGE_MODEL != "gallery.GalleryImage",
    reason="Wagtail's own image model has one image",
)
@pytest.mark.parametrize("fields", [["file"], ["file", "back"]])
def test_of_several_images_of_a_row_the_list_offers_none(settings, monkeypatch, fields):
    from wagtail import hooks

    from django_product_isolation.contrib.wagtail import wagtail_hooks

    images = {"gallery.GalleryImage": [{"field": field} for field in fields]}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    monkeypatch.setattr(hooks, "_hooks", {})
    importlib.reload(wagtail_hooks)  # as when the shop starts with these settings
    registered = hooks._hooks.get("register_bulk_action", [])
    offered = [action.action_type for action, _order in registered]
    assert offered == (["isolate_product", "restore_original"] if len(fields) == 1 else [])
    assert ("product_isolation.W029" in ids()) is (len(fields) > 1)
