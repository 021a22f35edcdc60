"""Tenants whose rows are in one table, of which a manager shows those of the tenant at hand."""

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from types import ModuleType

import pytest
from django.core.checks import run_checks
from django.db import OperationalError

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.database import tenants
from django_product_isolation.models import IsolationRun
from django_product_isolation.workers import tenant_turns
from django_product_isolation.workflow import advance
from tests.docs.pages import example
from tests.moments import overdue
from tests.shops.bazaar.models import OutOfTheBin
from tests.shops.bazaar.stock import make_photo

pytestmark = pytest.mark.django_db

is_at_hand = ContextVar("is_at_hand", default=False)


class ScopeError(Exception):
    """No tenant is at hand."""


def none_of(rows):
    return rows.none()


def refuse(rows):
    raise ScopeError


@contextmanager
def tenant_at_hand():
    token = is_at_hand.set(True)
    try:
        yield
    finally:
        is_at_hand.reset(token)


@pytest.fixture(params=[none_of, refuse])
def shop(request, monkeypatch, settings):
    """Images of one tenant, who is at hand in requests alone."""
    shown = OutOfTheBin.get_queryset

    def get_queryset(manager):
        rows = shown(manager)
        return rows if is_at_hand.get() else request.param(rows)

    monkeypatch.setattr(OutOfTheBin, "get_queryset", get_queryset)
    monkeypatch.setattr(tenants, "_registered", tenants._registered)
    images = {"bazaar.Photo": {"field": "picture", "product": "ware"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    return request.param


def register(monkeypatch):
    monkeypatch.setitem(sys.modules, "shop", ModuleType("shop"))
    monkeypatch.setitem(sys.modules, "shop.tenancy", ModuleType("shop.tenancy"))
    monkeypatch.setattr(
        sys.modules["shop.tenancy"], "all_rows_shown", tenant_at_hand, raising=False
    )
    exec(compile(example("same tables"), "same tables", "exec"), {})
    tenant_turns.resting.clear()


def found() -> list[str]:
    return [message.msg for message in run_checks() if message.id == "product_isolation.E044"]


def test_a_manager_that_has_no_row_for_workers_is_told_of(shop, monkeypatch):
    (message,) = found()
    said = {
        none_of: "shows no row outside a request",
        refuse: "raises ScopeError outside a request",
    }
    assert f"The default manager of bazaar.Photo {said[shop]}" in message
    register(monkeypatch)
    assert found() == []


def test_a_bin_is_no_such_manager(settings):
    images = {"bazaar.Photo": {"field": "picture", "product": "ware"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    assert found() == []


def test_a_manager_that_asks_a_table_which_is_not_there_yet_stops_no_migration(
    settings, monkeypatch
):
    def ask(manager):
        raise OperationalError("no such table")

    images = {"bazaar.Photo": {"field": "picture", "product": "ware"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    monkeypatch.setattr(OutOfTheBin, "get_queryset", ask)
    assert found() == []


def test_a_worker_that_is_shown_all_rows_sends_what_was_ordered(shop, monkeypatch, runflow):
    register(monkeypatch)
    with tenant_at_hand():
        run = isolate(make_photo()).runs.get()
    assert tenant_turns.TenantTurns().next() == ("all", run.pk)
    while IsolationRun.objects.exclude(due_at=None).update(due_at=overdue()):
        tenant_turns.within("all", partial(advance, run.pk))
    run.refresh_from_db()
    assert run.status == Status.APPLIED
