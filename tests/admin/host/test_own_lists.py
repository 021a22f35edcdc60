"""Our lists on an admin site of the shop's own: staff there find what they began."""

import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.urls import include, path

from django_product_isolation.admin.host.attach import OWN_LISTS, register_own_lists
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from django_product_isolation.staff import permissions
from tests.docs.test_examples import run
from tests.shop import EVERYTHING, make_run, make_staff
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db


def office(*models):
    site = AdminSite(name="office")
    for model in models:
        site.register(model)
    return site


def ours(site):
    return [model for model in OWN_LISTS if site.is_registered(model)]


def test_a_site_that_shows_the_images_lists_what_became_of_them(client, settings):
    site = office(ProductImage)
    register_own_lists()
    settings.ROOT_URLCONF = (
        path("office/", site.urls),
        path("product-isolation/", include("django_product_isolation.urls")),
    )
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(*EVERYTHING))
    assert "Product isolation" in client.get("/office/").content.decode()
    for page in ("isolationbatch/", "isolationrun/", f"isolationrun/{run.pk}/change/"):
        answer = client.get(f"/office/product_isolation/{page}")
        assert answer.status_code == 200, page
        assert 'href="/admin/' not in answer.content.decode()
    batch = client.get(f"/product-isolation/batches/{run.batch_id}/").content.decode()
    assert f"/office/product_isolation/isolationrun/{run.pk}/change/" in batch


def test_a_site_of_other_things_is_left_alone():
    site = office(Product)
    register_own_lists()
    assert ours(site) == []


def test_what_the_shop_registered_itself_stays():
    site = office(ProductImage)
    own = type("Own", (admin.ModelAdmin,), {})
    site.register(IsolationRun, own)
    register_own_lists()
    register_own_lists()
    assert type(site.get_model_admin(IsolationRun)) is own
    assert ours(site) == list(OWN_LISTS)


def test_what_the_shop_took_from_djangos_site_is_given_to_no_other(monkeypatch):
    monkeypatch.delitem(admin.site._registry, Preset)
    site = office(ProductImage)
    register_own_lists()
    assert ours(site) == [IsolationBatch, IsolationRun]


def test_without_automatic_attachment_the_shop_registers_all_by_itself(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "AUTO_ADMIN": False}
    site = office(ProductImage)
    register_own_lists()
    assert ours(site) == []


def test_a_site_that_comes_later_can_be_given_them_by_hand():
    site = office()
    run("own lists", office=site)
    assert ours(site) == list(OWN_LISTS)


@pytest.mark.parametrize("wrong", [{"NO_SUCH": 1}, {"IMAGES": {"catalogue.Gone": {"field": "x"}}}])
def test_wrong_settings_are_for_the_checks_to_tell_and_stop_no_start(settings, wrong):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **wrong}
    site = office(ProductImage)
    register_own_lists()
    assert ours(site) == []


class Strict(AdminSite):
    def register(self, model_or_iterable, admin_class=None, **options):
        if admin_class and admin_class.__module__.startswith("django_product_isolation."):
            raise ValueError("only admins of ours")
        super().register(model_or_iterable, admin_class, **options)


def test_a_site_that_takes_no_admins_of_others_stays_without(caplog):
    site = Strict(name="strict")
    site.register(ProductImage)
    register_own_lists()
    assert ours(site) == []
    assert "not_attached admin=Strict" in caplog.text


def test_sums_are_not_shown_by_way_of_a_site_that_lists_them_by_our_doing(settings, rf):
    vendors, boss_only = office(ProductImage), AdminSite(name="boss")
    register_own_lists()
    boss_only.register(IsolationRun)
    boss_only.has_permission = lambda request: False
    settings.ROOT_URLCONF = (
        path("office/", vendors.urls),
        path("boss/", boss_only.urls),
        path("product-isolation/", include("django_product_isolation.urls")),
    )
    request = rf.get("/product-isolation/spending/")
    request.user = make_staff(*EVERYTHING, permissions.SPENDING)
    assert not permissions.has_spending_permission(request)
    settings.ROOT_URLCONF = (settings.ROOT_URLCONF[0], settings.ROOT_URLCONF[2])
    assert permissions.has_spending_permission(request)
