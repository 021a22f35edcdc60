"""ModelAdmins that are registered after the app is ready and its addresses are loaded."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.signals import request_started
from django.urls import clear_url_caches

from django_product_isolation.admin.host import attach as attaching
from django_product_isolation.checks import check_settings
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

from .odd_shop import OddImage

pytestmark = pytest.mark.django_db

ROOT = """
from django.urls import include, path
urlpatterns = [
    path("product-isolation/", include("django_product_isolation.urls")),
    path("back/", include("{rest}")),
]
"""
REST = """
from django.contrib import admin
from django.urls import path
from tests.admin.host.odd_shop import OddImage
site = admin.AdminSite(name="back")
site.register(OddImage)
urlpatterns = [path("", site.urls)]
"""
LIST = "/back/catalogue/oddimage/"


@pytest.fixture
def back_office(settings, tmp_path, monkeypatch):
    """A root URLconf that nothing has imported, and one beneath it that alone has the site."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "late_root.py").write_text(ROOT.format(rest="late_rest"))
    (tmp_path / "late_rest.py").write_text(REST)
    clear_url_caches()
    settings.ROOT_URLCONF = "late_root"
    yield lambda: sys.modules["late_rest"].site.get_model_admin(OddImage)
    for name in ("late_root", "late_rest"):
        sys.modules.pop(name, None)


def has_all(client) -> bool:
    make_image("Mug")
    page = client.get(LIST).content.decode()
    return "column-isolation_state" in page and 'value="isolate_product"' in page


def test_a_site_that_a_later_urlconf_imports_has_all_at_once(client, boss, back_office):
    assert has_all(client)


def test_so_has_what_is_registered_between_two_requests(client, boss, back_office):
    assert has_all(client)
    site = back_office().admin_site
    site.unregister(OddImage)
    site.register(OddImage, type("Later", (admin.ModelAdmin,), {}))
    assert has_all(client)
    assert type(back_office()).__name__ == "LaterWithIsolation"


def test_check_looks_at_it_too(back_office):
    check_settings()
    assert type(back_office()).__name__ == "ModelAdminWithIsolation"


def test_a_request_attaches_only_when_there_is_somebody_new(client, boss, back_office, monkeypatch):
    assert has_all(client)
    monkeypatch.setattr(attaching, "attach", lambda: pytest.fail("attached again"))
    request_started.send(sender=None)


def test_a_urlconf_that_breaks_is_the_requests_own_trouble(client, settings):
    settings.ROOT_URLCONF = "tests.no_such_urlconf"
    attaching.attach_to_latecomers()
    with pytest.raises(ModuleNotFoundError):
        client.get("/")


def test_many_first_requests_at_once_add_everything_once():
    derived = []

    class SlowToDerive(type(admin.ModelAdmin)):
        def __init__(cls, *args):
            super().__init__(*args)
            derived.append(cls)
            time.sleep(0.05)

    class Slow(admin.ModelAdmin, metaclass=SlowToDerive):
        pass

    site = AdminSite(name="back")
    site.register(ProductImage, Slow)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: attaching.attach_to_latecomers(), range(8)))
    model_admin = site.get_model_admin(ProductImage)
    names = [action.__name__ for action in model_admin.actions]
    assert sorted(names) == ["isolate_product", "restore_original"]
    assert type(model_admin) is derived[-1]
    assert len(derived) == 3  # the shop's own, and those with the column and the panel
