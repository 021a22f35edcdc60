"""What one shop spends, meets and shows is not another's."""

import json
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.test import Client as Browser
from django.test import override_settings
from django_tenants.utils import tenant_context

from django_product_isolation.conf import get_settings
from django_product_isolation.database import tenants
from django_product_isolation.host import previews, targets_of
from django_product_isolation.models import Outage
from django_product_isolation.runflow.callbacks import callback_url, signature_of
from django_product_isolation.spending.budgets import budgets_left
from django_product_isolation.workflow import runflow_outages

from . import settings as shop_settings
from .shops import order
from .store.models import Picture


def call_back(url, runflow_run_id, host=None):
    """What Runflow does; the answer's status."""
    told = {"event": "run.completed", "run_id": runflow_run_id, "status": "succeeded"}
    body = json.dumps(told).encode()
    signed = {"Runflow-Signature": signature_of(body, get_settings().SIGNING_SECRETS[0])}
    place, _, path = url.removeprefix("http://").partition("/")
    return (
        Browser(raise_request_exception=False)
        .post(
            f"/{path}",
            body,
            content_type="application/json",
            headers=signed,
            SERVER_NAME=(host or place).partition(":")[0],
        )
        .status_code
    )


@pytest.mark.parametrize("host", [None, "mugs.localhost", "shoes.localhost"])
def test_one_public_address_serves_the_callbacks_of_all(shops, host):
    for shop in shops:
        [run] = order(shop)
        with tenant_context(shop):
            url = callback_url(run.pk)
        assert url.startswith("http://127.0.0.1:")
        assert call_back(url, str(uuid.uuid4()), host) == 200
        with tenant_context(shop):
            run.refresh_from_db()
            assert run.called_back_at or run.hinted_run_ids


def test_a_callback_leads_to_the_shop_that_its_address_was_made_in(shops):
    [run] = order(shops[0])
    with tenant_context(shops[1]):
        url = callback_url(run.pk)
    assert call_back(url, str(uuid.uuid4())) == 404


def test_a_callback_for_a_shop_that_is_gone_finds_no_run(new_shop):
    with tenant_context(new_shop):
        url = callback_url(uuid.uuid4())
    new_shop.delete(force_drop=True)
    assert call_back(url, str(uuid.uuid4())) == 404


@pytest.mark.parametrize("name", ["public", "mu\x00gs", "", '"', "x" * 70])
@pytest.mark.parametrize("host", [None, "mugs.localhost"])
def test_a_callback_for_what_is_no_shop_of_ours_finds_no_run(shops, monkeypatch, name, host):
    with monkeypatch.context() as patched:
        patched.setattr(tenants, "current", lambda: name)
        url = callback_url(uuid.uuid4())
    assert call_back(url, str(uuid.uuid4()), host) == 404


@pytest.fixture
def budget():
    changed = {**shop_settings.PRODUCT_ISOLATION, "DAILY_BUDGET": "1.00", "PRICE": "0.25"}
    with override_settings(PRODUCT_ISOLATION=changed):
        yield


def left(shop):
    with tenant_context(shop):
        return budgets_left()["day"]


def test_each_has_the_whole_budget_for_itself(shops, budget):
    order(shops[0], 3)
    assert [left(shop) for shop in shops] == [Decimal("0.25"), Decimal("1.00")]


def test_an_outage_that_one_meets_bars_it_alone(shops):
    runs = [order(shop)[0] for shop in shops]
    with tenant_context(shops[0]):
        runflow_outages.meet(runs[0], runflow_outages.Service.ORDERS, "down")
    found = []
    for shop in shops:
        with tenant_context(shop):
            found.append(Outage.objects.count())
    assert found == [1, 0]


def test_each_sees_previews_of_its_own_files(shops):
    order(shops[0])
    order(shops[1])
    target = targets_of(Picture)[0]
    shown = []
    for shop in shops:
        with tenant_context(shop):
            name = Picture.objects.values_list("photo", flat=True).get()
            shown.append((name, previews.preview(target, name, previews.SMALL)))
    (one, red), (other, blue) = shown
    assert one == other
    assert red != blue


@pytest.mark.parametrize("host", ["mugs.localhost", "shoes.localhost"])
def test_the_health_address_tells_of_the_shop_at_hand(shops, host):
    answer = Browser().get("/product-isolation/health/", SERVER_NAME=host)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_public_site_has_no_isolations_to_be_late_with(shops):
    answer = Browser().get("/product-isolation/health/", SERVER_NAME="127.0.0.1")
    assert (answer.status_code, answer.json()) == (200, {"status": "unknown"})


def ids():
    return {found.id for found in run_checks() if found.id.startswith("product_isolation.")}


APPS = "django_product_isolation"
OURS = f"{APPS}.apps.ProductIsolationConfig"


def without(app, apps):
    return [name for name in apps if name != app]


@pytest.mark.parametrize("spelling", [OURS, APPS])
def test_the_checks_find_nothing_wrong(spelling):
    with override_settings(TENANT_APPS=[*without(OURS, shop_settings.TENANT_APPS), spelling]):
        assert ids() == set()


def test_the_admins_first_page_leads_to_our_lists(shops):
    browser = Browser(SERVER_NAME="mugs.localhost")
    with tenant_context(shops[0]):
        browser.force_login(get_user_model().objects.create_superuser("ann"))
    page = browser.get("/admin/").content.decode()
    for model in ("isolationrun", "isolationbatch", "preset"):
        assert f'href="/admin/product_isolation/{model}/"' in page


@pytest.mark.parametrize(
    "lists",
    [
        {
            "SHARED_APPS": [*shop_settings.SHARED_APPS, OURS],
            "TENANT_APPS": without(OURS, shop_settings.TENANT_APPS),
        },
        {"SHARED_APPS": [*shop_settings.SHARED_APPS, OURS]},
    ],
    ids=["shared", "both"],
)
def test_the_check_finds_runs_that_would_lie_elsewhere_than_their_images(lists):
    with override_settings(**lists):
        assert "product_isolation.E041" in ids()


def test_the_check_names_the_app_that_is_missing():
    changed = without(f"{APPS}.contrib.tenants", shop_settings.INSTALLED_APPS)
    with override_settings(INSTALLED_APPS=changed):
        assert "product_isolation.W034" in ids()
