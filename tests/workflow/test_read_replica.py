"""A router that sends reads elsewhere, as in Django's own documentation: a replica lags."""

from copy import copy
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from django_product_isolation import BudgetExceeded, isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.retention import prune
from django_product_isolation.workflow import approve
from tests.photos import make_image

pytestmark = pytest.mark.django_db


class OursAreReadElsewhere:
    """Sends reads of our tables to the replica, and those alone."""

    def db_for_read(self, model, **hints):
        return "replica" if model._meta.app_label == "product_isolation" else None

    def db_for_write(self, model, **hints):
        return "default"


def fail(*_args, **_kwargs):
    raise AssertionError("the replica was asked")


@pytest.fixture(autouse=True)
def replica(settings):
    """A database of which nothing can be read."""
    connections["replica"] = copy(connections["default"])
    connections["replica"].alias = "replica"
    connections["replica"].cursor = fail
    settings.DATABASE_ROUTERS = [OursAreReadElsewhere()]
    yield
    del connections["replica"]


def test_an_image_is_isolated_reviewed_restored_and_pruned(runflow, go_on):
    image = make_image()
    original = image.original.name
    run = go_on(isolate(image, review=True).runs.get(), Status.READY)
    assert approve(run, user=None)
    assert go_on(run).status == Status.APPLIED
    (begun,) = restore(image).begun
    assert go_on(begun).status == Status.RESTORED
    image.refresh_from_db()
    assert image.original.name == original
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=99))
    assert prune(results=1).results == 1


def test_budgets_count_what_was_just_begun(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "DAILY_BUDGET": "0.30"}
    isolate(make_image("A"))
    with pytest.raises(BudgetExceeded):
        isolate(make_image("B"))


@pytest.mark.parametrize("page", ["progress", "review", "spending"])
def test_pages_tell_of_it(page, admin_client):
    run = isolate(make_image("Mug")).runs.get()
    args = [run.batch_id] if page == "progress" else []
    assert admin_client.get(reverse(f"product_isolation:{page}", args=args)).status_code == 200


@pytest.mark.parametrize("model", ["isolationrun", "isolationbatch", "preset"])
def test_so_do_the_lists(model, admin_client):
    isolate(make_image("Mug"))
    url = reverse(f"admin:product_isolation_{model}_changelist")
    assert admin_client.get(url).status_code == 200


def test_the_shops_own_list_shows_and_filters_by_state(admin_client):
    isolate(make_image("Mug"))
    url = reverse("admin:catalogue_productimage_changelist")
    assert "Queued" in admin_client.get(url).content.decode()
    assert "Mug" in admin_client.get(url, {"product_isolation": "working"}).content.decode()
    assert "Mug" not in admin_client.get(url, {"product_isolation": "none"}).content.decode()
