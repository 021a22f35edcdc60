"""Whoever takes steps goes through all shops in turn, and none of them stops the others."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from django_product_isolation import tasks, workflow
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workers import celery_tasks, pool, tenant_turns, thread
from django_product_isolation.workflow import leases
from tests.moments import until

from .shops import order, statuses
from .store.models import Picture


def spoil(shop):
    """Every step there would fail at once: a column is missing, as before ``migrate_schemas``."""
    with tenant_context(shop), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE product_isolation_isolationrun RENAME due_at TO due")


@pytest.fixture
def broken_shop(new_shop):
    spoil(new_shop)
    return new_shop


@pytest.fixture
def change_images(shops):
    """Have all runs end with their next step, which needs no Runflow."""

    def change():
        for shop in shops:
            with tenant_context(shop):
                Picture.objects.update(photo="photos/newer.jpg")

    return change


@pytest.fixture
def told(monkeypatch):
    """What a Celery worker is told, in order."""
    found = []

    def publish(task, *args, **options):
        found.append((task.name.rpartition(".")[2], *args))
        return True

    monkeypatch.setattr(celery_tasks, "publish", publish)
    return found


def test_the_command_takes_the_steps_of_all_shops(shops, change_images):
    for shop in shops:
        order(shop, 3)
    change_images()
    pool.WorkerPool(threads=2, pause=0.05).run(until_idle=True)
    assert [statuses(shop) for shop in shops] == [{Status.SUPERSEDED}] * 2


def test_the_thread_takes_the_steps_of_all_shops_and_knows_when_it_is_next_wanted(
    shops, change_images
):
    for shop in shops:
        order(shop, 2)
    change_images()
    assert thread.seconds_to_next() == thread.SHORTEST_SLEEP
    thread.WorkThread()._take_steps()
    assert [statuses(shop) for shop in shops] == [{Status.SUPERSEDED}] * 2
    assert thread.seconds_to_next() is None


def test_a_shop_with_thousands_of_runs_keeps_no_other_waiting(shops):
    mugs, shoes = shops
    order(mugs, 30)
    [late] = order(shoes)
    turn = tenant_turns.TenantTurns()
    taken = []
    for _ in range(3):
        run = turn.next(taken)
        taken.append(run)
    assert (shoes.schema_name, late.pk) in taken


def test_who_has_nothing_due_is_not_asked_before_every_step(shops, django_assert_max_num_queries):
    mugs, _shoes = shops
    order(mugs, 12)
    turn = tenant_turns.TenantTurns(pause=10)
    taken = [turn.next(), turn.next()]  # the second was looked for in both
    with django_assert_max_num_queries(60) as seen:
        taken += [turn.next(taken) for _ in range(10)]
    assert {run.tenant for run in taken} == {"mugs"}
    assert not [query for query in seen.captured_queries if "shoes" in query["sql"]]


def test_a_shop_whose_tables_fail_stops_no_other_and_is_left_alone(
    shops, broken_shop, change_images, caplog
):
    for shop in shops:
        order(shop)
    change_images()
    pool.WorkerPool(threads=2, pause=0.05).run(until_idle=True)
    thread.WorkThread()._take_steps()
    assert thread.seconds_to_next() in (None, thread.LONGEST_SLEEP)
    assert [statuses(shop) for shop in shops] == [{Status.SUPERSEDED}] * 2
    assert caplog.text.count("tenant_left_out tenant=hats") == 1


def test_the_sweep_tells_of_all_shops_but_the_one_whose_tables_fail(shops, broken_shop, told):
    runs = {shop.schema_name: order(shop)[0] for shop in shops}
    tasks.sweep()
    assert told == [("advance_runs", [str(run.pk)], name) for name, run in sorted(runs.items())]


def test_a_message_says_whose_run_it_is_about(shops, change_images, told):
    [run] = order(shops[1])
    change_images()
    tasks.advance_run(str(run.pk), "mugs")
    assert statuses(shops[1]) == {Status.QUEUED}
    tasks.advance_run(str(run.pk), "shoes")
    assert statuses(shops[1]) == {Status.SUPERSEDED}


def test_messages_of_a_large_order_let_others_in_between(told):
    keys = [str(number) for number in range(50)]
    tasks.advance_runs(keys, "mugs")
    assert [key for _name, key, _shop in told[:-1]] == keys[:20]
    assert told[-1] == ("advance_runs", keys[20:], "mugs")
    assert all(args[-1] == "mugs" for args in told)


def test_a_message_for_a_shop_that_is_gone_is_dropped(shops, told):
    [run] = order(shops[0])
    tasks.advance_run(str(run.pk), "closed")
    assert told == []


def test_a_lease_is_renewed_and_given_back_where_its_run_is(shops, monkeypatch):
    monkeypatch.setattr(leases, "RENEWAL", 0.05)
    [run] = order(shops[1])
    keeper = leases.Keeper()
    with tenant_context(shops[1]):
        _run, lease = keeper.claim(run.pk)
        claimed = IsolationRun.objects.get(pk=run.pk).lease_until
    until(lambda: the_run(shops[1], run).lease_until > claimed)
    lease.is_over = True
    until(lambda: the_run(shops[1], run).lease_owner is None)


def test_a_lease_of_a_shop_that_is_gone_is_let_go(shops, new_shop, monkeypatch):
    monkeypatch.setattr(leases, "RENEWAL", 0.05)
    [run] = order(new_shop)
    keeper = leases.Keeper()
    with tenant_context(new_shop):
        keeper.claim(run.pk)
    new_shop.delete(force_drop=True)
    until(lambda: not keeper.held)
    began = time.monotonic()
    keeper.end()
    assert time.monotonic() - began < 1


def the_run(shop, run):
    with tenant_context(shop):
        return IsolationRun.objects.get(pk=run.pk)


def test_the_runs_of_one_shop_cannot_be_reached_from_another(shops):
    [run] = order(shops[0])
    with tenant_context(shops[1]):
        assert workflow.work_on(run.pk) is False


def test_what_becomes_due_elsewhere_meanwhile_is_done_before_once_is_over(shops, monkeypatch):
    mugs, shoes = shops
    [later] = order(shoes)
    order(mugs)
    with tenant_context(shoes):
        IsolationRun.objects.update(due_at=timezone.now() + timedelta(hours=1))
    taken = []

    def take(pk):
        time.sleep(0.3)  # meanwhile the other thread has found nothing to do
        taken.append(pk)
        IsolationRun.objects.filter(pk=pk).update(due_at=None)
        if len(taken) == 1:
            with tenant_context(shoes):
                IsolationRun.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        return True

    monkeypatch.setattr(pool, "work_on", take)
    pool.WorkerPool(threads=2, pause=30).run(until_idle=True)
    assert taken[1:] == [later.pk]
