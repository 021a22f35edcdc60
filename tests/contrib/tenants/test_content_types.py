"""The same model has another content type in each shop; threads of a process are in several."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django_tenants.utils import tenant_context

from django_product_isolation.choices import Status
from django_product_isolation.workflow.audit import log_change

from .shops import order
from .store.models import Picture

ELSEWHERE = 90_001


@pytest.fixture
def other_ids(new_shop):
    """A shop that was migrated in another order."""
    with tenant_context(new_shop):
        ContentType.objects.filter(app_label="store", model="picture").delete()
        ContentType.objects.create(pk=ELSEWHERE, app_label="store", model="picture")
    return new_shop


@pytest.fixture
def thread_of_mugs(shops):
    """Another thread of the process, which is at work for another shop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield thread
        thread.submit(connections.close_all).result()


def enter(shop):
    connection.set_tenant(shop)


def asked_of_django():
    return ContentType.objects.get_for_model(Picture).pk


def swap(run):
    """What the worker writes into the admin's history, in the shop at hand."""
    run.status = Status.APPLIED
    log_change(run, run.target, get_user_model().objects.create_superuser("boss"))


def test_a_swap_is_written_under_the_type_that_its_shop_knows(shops, other_ids, thread_of_mugs):
    [run] = order(other_ids)
    enter(other_ids)
    thread_of_mugs.submit(enter, shops[0]).result()
    assert thread_of_mugs.submit(asked_of_django).result() != ELSEWHERE
    swap(run)
    assert LogEntry.objects.get().content_type_id == ELSEWHERE


def test_a_swap_leaves_nothing_behind_that_another_shops_admin_would_take_for_its_own(
    shops, other_ids, thread_of_mugs
):
    [run] = order(other_ids)
    enter(other_ids)
    thread_of_mugs.submit(enter, shops[0]).result()
    swap(run)
    assert thread_of_mugs.submit(asked_of_django).result() != ELSEWHERE


def test_a_shop_that_knows_no_type_yet_is_given_one(other_ids):
    [run] = order(other_ids)
    enter(other_ids)
    ContentType.objects.filter(pk=ELSEWHERE).delete()
    swap(run)
    assert LogEntry.objects.get().content_type.model_class() is Picture
