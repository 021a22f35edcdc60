"""What `check` says of the order of apps, of `IMAGES`, and of where renditions are remembered."""

import pytest
from django.apps import apps
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
