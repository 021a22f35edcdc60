"""Isolated, called back, shown to customers, put back: in two shops, with real processes."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django_tenants.utils import tenant_context

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.sandbox import Sandbox
from tests.services import needs

from .settings import PRODUCT_ISOLATION
from .shops import hang_up, statuses
from .site import Desk, Site

CELERY = ["celery", "-A", "tests.contrib.tenants.celery_app", "worker", "--concurrency", "2"]
# What runs beside the site, under each way to have steps taken.
BESIDE = {
    "thread": [],
    "embedded": ["django", "isolation_worker", "--pause", "0.2"],
    "celery": [*CELERY, "--without-gossip", "--without-mingle", "--without-heartbeat"],
}


@pytest.fixture
def sandbox(tmp_path):
    [secret] = PRODUCT_ISOLATION["SIGNING_SECRETS"]
    options = {"data": tmp_path / "sandbox", "speed": "instant", "engine": "light"}
    with Sandbox(("127.0.0.1", 0), signing_secret=secret, **options) as server:
        yield server


@pytest.mark.parametrize("workers", BESIDE)
def test_an_image_of_each_shop_is_isolated_and_put_back_byte_for_byte(workers, shops, sandbox):
    if workers == "celery":
        needs("redis")
    busy = {}
    for shop in shops:
        picture = hang_up(shop)
        with tenant_context(shop):
            get_user_model().objects.filter(username="boss").delete()
            get_user_model().objects.create_superuser("boss", password="boss")
            busy[shop.schema_name] = (picture.pk, picture.photo.open("rb").read())
    site = Site(Path(os.environ["SHOPS_FOLDER"]), sandbox.url, workers)
    with ExitStack() as programs:
        programs.enter_context(site.serving())
        if BESIDE[workers]:
            programs.enter_context(site.running(*BESIDE[workers]))
        desks = {name: Desk(site, name) for name in busy}
        for name, desk in desks.items():
            site.until(lambda desk=desk: desk.get("/product-isolation/health/").ok)
            desk.log_in()
            desk.isolate(busy[name][0])
        for shop in shops:
            site.until(lambda shop=shop: statuses(shop) == {Status.APPLIED})
        shown = {name: desk.shown(busy[name][0]) for name, desk in desks.items()}
        assert all(shown[name] != content for name, (_key, content) in busy.items())
        assert len(set(shown.values())) == 2
        for shop in shops:
            with tenant_context(shop):
                assert IsolationRun.objects.get().called_back_at
        for name, desk in desks.items():
            desk.act("restore_original", busy[name][0])
        for name, desk in desks.items():
            key, content = busy[name]
            site.until(lambda desk=desk, key=key, content=content: desk.shown(key) == content)
    assert "Traceback" not in site.log.read_text()
