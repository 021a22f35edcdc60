"""These tests run with Wagtail's settings, in a process of their own (see ../test_wagtail.py)."""

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import caches

IS_WAGTAIL = django_settings.ROOT_URLCONF == "tests.contrib.wagtail.urls"
HAS_APP = apps.is_installed("django_product_isolation.contrib.wagtail")
collect_ignore_glob = [] if IS_WAGTAIL else ["test_*.py"]
if IS_WAGTAIL and not HAS_APP:
    collect_ignore_glob = ["test_[!c]*.py"]

if IS_WAGTAIL:
    from . import frontend, shop


@pytest.fixture(autouse=True)
def nothing_remembered():
    for cache in caches.all():
        cache.clear()
    for name in django_settings.CACHES:
        caches[name].clear()
    frontend.purged.clear()


@pytest.fixture
def collections(db):
    return shop.make_collections()


@pytest.fixture
def picture(collections, runflow):
    """A busy image of Wagtail's, in a shop whose Runflow is there."""
    return shop.make_image(collections["cups"])


@pytest.fixture
def editor(collections, client):
    """An editor of cups, no staff of Django's admin, whose browser ``client`` is."""
    user = shop.editor_of(collections["cups"], "add", "choose", "change", "delete")
    client.force_login(user)
    return user
