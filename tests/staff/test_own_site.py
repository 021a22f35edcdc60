"""Every page of ours in sites that do not show our records, or that leave out pages of Django's."""

import html
import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import Resolver404, path, resolve, reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent, Selection
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image
from tests.shop import make_run
from tests.shops.catalogue.models import Product, ProductImage
from tests.staff.test_entrances import PAGES
from tests.staff.test_permissions import ROWS, Scene

pytestmark = pytest.mark.django_db

IMAGES = ((Product, admin.ModelAdmin), (ProductImage, admin.ModelAdmin))


class WithoutAList(admin.AdminSite):
    def get_app_list(self, request, app_label=None):
        return []


class WithoutAppPages(admin.AdminSite):
    def get_urls(self):
        return [p for p in super().get_urls() if getattr(p, "name", "") != "app_list"]


class RegisteredLate(admin.AdminSite):
    """Its addresses were made before the models came."""

    def get_urls(self):
        return [p for p in super().get_urls() if "catalogue" not in str(p.pattern)]


class BrokenList(admin.AdminSite):
    def get_app_list(self, request, app_label=None):
        raise LookupError("of no app")


@pytest.fixture
def scene():
    run = make_run(Status.APPLIED)
    make_run(Status.READY)
    image = make_image("Jug")
    chosen = {"object_pks": [str(image.pk)], "chosen": 1}
    selection = Selection.objects.create(model_label="catalogue.productimage", **chosen)
    return Scene(run, image, selection, None)


@pytest.fixture
def boss(client):
    boss = get_user_model().objects.create_superuser("boss")
    client.force_login(boss)
    return boss


def addresses(scene, boss):
    """Those of all pages, and of what a click on Restore leads to."""
    at = scene.run.batch.created_at
    RunEvent.objects.create(run=scene.run, actor=boss, status=Status.RESTORING, at=at)
    for name in PAGES:
        row = ROWS[name]
        args = [at.isoformat()] if name.endswith(":restores") else row.args(scene)
        yield name, reverse(name, args=args), row.data(scene)


def dead_links(page) -> list[str]:
    """What the page leads to, and nothing is there."""
    if page.streaming or "html" not in page["Content-Type"]:
        return []
    dead = []
    for link in re.findall(r'(?:href|action)="(/[^"]*)"', page.content.decode()):
        try:
            resolve(html.unescape(link).partition("?")[0])
        except Resolver404:
            dead.append(link)
    return [link for link in dead if not link.startswith("/static/")]


KINDS = [admin.AdminSite, WithoutAList, WithoutAppPages, RegisteredLate, BrokenList]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_works_and_leads_nowhere_that_is_not_there(client, settings, scene, boss, kind):
    with odd_site(settings, *IMAGES, kind=kind):
        settings.ROOT_URLCONF += (path("", lambda request: None),)
        shown = []
        for name, url, data in addresses(scene, boss):
            page = client.get(url)
            assert page.status_code in (200, 405), name
            assert dead_links(page) == [], name
            shown += [name] if page.status_code == 200 else []
            if page.status_code == 405 and data:
                assert client.post(url, data).status_code == 302, name
        assert len(shown) == 9, shown


def test_a_site_that_shows_our_records_is_led_to(client, settings, boss):
    from django_product_isolation.admin.batches import BatchAdmin
    from django_product_isolation.admin.runs import RunAdmin

    ours = ((IsolationRun, RunAdmin), (IsolationBatch, BatchAdmin))
    with odd_site(settings, *IMAGES, *ours):
        page = client.get("/product-isolation/spending/").content.decode()
        assert '<a href="/odd/product_isolation/">Product isolation</a>' in page
        assert '<a href="/odd/">Home</a>' in page
