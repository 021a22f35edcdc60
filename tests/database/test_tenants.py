"""Tenants of a shop's own, registered by three functions as the documentation says."""

import sys
import threading
import time
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType, SimpleNamespace

import pytest

from django_product_isolation import tasks
from django_product_isolation.database import tenants
from django_product_isolation.runflow.callbacks import make_token, read_token
from django_product_isolation.workers import celery_tasks, pool, tenant_turns
from django_product_isolation.workflow import leases
from tests.docs.pages import example
from tests.moments import overdue
from tests.shop import make_run

pytestmark = pytest.mark.django_db


class Tenancy(ModuleType):
    """What the example imports from the shop: a few tenants, who all have the same tables."""

    def __init__(self):
        super().__init__("shop.tenancy")
        self.at_hand = ContextVar("tenant", default="nobody")
        self.entered = []
        self.slugs = ["ann", "bob", "Zoë & Söhne"]
        self.Tenant = SimpleNamespace(all=lambda: map(self.tenant, self.slugs), find=self.find)

    def tenant(self, slug):
        return SimpleNamespace(slug=slug)

    def find(self, slug):
        return self.tenant(slug) if slug in self.slugs else None

    def current_tenant(self):
        return self.tenant(self.at_hand.get())

    @contextmanager
    def using(self, tenant):
        self.entered.append(tenant.slug)
        token = self.at_hand.set(tenant.slug)
        try:
            yield
        finally:
            self.at_hand.reset(token)


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setattr(tenants, "_registered", tenants._registered)
    monkeypatch.setitem(sys.modules, "shop", ModuleType("shop"))
    tenancy = Tenancy()
    monkeypatch.setitem(sys.modules, "shop.tenancy", tenancy)
    exec(compile(example("own tenants"), "own tenants", "exec"), {})
    tenant_turns.resting.clear()
    return tenancy


@pytest.fixture
def told(monkeypatch):
    """What a Celery worker is told."""
    found = []
    monkeypatch.setattr(
        celery_tasks, "publish", lambda task, *args, **_: found.append(args) or True
    )
    return found


def test_a_shop_without_tenants_has_one_set_of_tables_and_asks_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert tenants.all_keys() == [tenants.ONLY]
        assert tenants.current() == tenants.ONLY
        with tenants.enter(tenants.ONLY):
            pass
        with pytest.raises(tenants.UnknownTenant):
            tenants.enter("ann")


def test_the_sweep_goes_through_all_and_says_whose_a_run_is(shop, told):
    run = make_run(due_at=overdue())
    tasks.sweep()
    assert told == [([str(run.pk)], slug) for slug in shop.slugs]


def test_a_run_is_taken_on_where_it_was_found(shop):
    run = make_run(due_at=overdue())
    turn = tenant_turns.TenantTurns()
    assert [turn.next() for _ in range(4)] == [
        ("ann", run.pk),
        ("bob", run.pk),
        ("Zoë & Söhne", run.pk),
        ("ann", run.pk),
    ]


def test_the_worker_enters_the_tenant_before_it_takes_the_step(shop, monkeypatch):
    at = []
    monkeypatch.setattr(pool, "work_on", lambda pk: at.append(shop.at_hand.get()) or True)
    monkeypatch.setattr(pool, "connections", SimpleNamespace(close_all=lambda: None))
    pool.take_step(tenant_turns.DueRun("bob", uuid.uuid4()))
    assert at == ["bob"]


def test_the_address_of_a_callback_names_the_tenant_in_letters_that_any_proxy_lets_pass(shop):
    pk = uuid.uuid4()
    for slug in shop.slugs:
        with tenants.enter(slug):
            token = make_token(pk)
        assert read_token(token) == (pk, slug)
        assert token.replace("~", "").replace(".", "").replace("-", "").replace("_", "").isalnum()
        assert token.isascii()


def test_a_lease_is_kept_where_its_run_is(shop, monkeypatch):
    monkeypatch.setattr(leases, "RENEWAL", 0.02)
    renewed = threading.Event()
    monkeypatch.setattr(
        leases.IsolationRun.objects,
        "renew",
        lambda *_: shop.at_hand.get() == "bob" and renewed.set(),
        raising=False,
    )
    monkeypatch.setattr(leases, "connections", SimpleNamespace(close_all=lambda: None))
    run = make_run(due_at=overdue())
    keeper = leases.Keeper()
    with tenants.enter("bob"):
        _run, lease = keeper.claim(run.pk)
    assert renewed.wait(10)
    with keeper.keeping(lease):
        pass
    ends = time.monotonic() + 10
    while keeper.thread is not None:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_tenant_whose_own_code_fails_stops_no_other(shop, monkeypatch, caplog):
    run = make_run(due_at=overdue())
    using = shop.using

    def fail(tenant):
        if tenant.slug == "ann":
            raise ZeroDivisionError
        return using(tenant)

    monkeypatch.setattr(shop, "using", fail)
    exec(compile(example("own tenants"), "own tenants", "exec"), {})
    turn = tenant_turns.TenantTurns()
    assert [turn.next().tenant for _ in range(3)] == ["bob", "Zoë & Söhne", "bob"]
    assert turn.next() == ("Zoë & Söhne", run.pk)
    assert caplog.text.count("tenant_left_out tenant=ann error=ZeroDivisionError") == 1
