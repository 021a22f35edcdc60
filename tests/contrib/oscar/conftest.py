"""These tests run with Oscar's settings, in a process of their own (see ../test_oscar.py)."""

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

IS_OSCAR = django_settings.ROOT_URLCONF == "tests.contrib.oscar.urls"
collect_ignore_glob = [] if IS_OSCAR else ["test_*.py"]

if IS_OSCAR:
    from django_product_isolation.sandbox import Sandbox

    from .desk import OrderContext
    from .shop import EVERYTHING, make_product, make_staff

THUMBNAILERS = ("SorlThumbnail", "EasyThumbnails")


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Every test has files of its own; makers of thumbnails remember in the cache what is there."""
    cache.clear()


@pytest.fixture(scope="session")
def runflow():
    with Sandbox(("127.0.0.1", 0), speed="instant", engine="light") as sandbox:
        yield sandbox


@pytest.fixture
def with_runflow(runflow, option):
    option(BASE_URL=runflow.url)


@pytest.fixture(params=THUMBNAILERS)
def thumbnailer(request, settings):
    settings.OSCAR_THUMBNAILER = f"oscar.core.thumbnails.{request.param}"


@pytest.fixture
def product(db):
    """A product with three photos, each with a caption and a code."""
    return make_product()


@pytest.fixture
def desk(db):
    """A staff member with every right at the dashboard, in a browser that checks forms."""
    return OrderContext.of(make_staff(*EVERYTHING))
