"""Steps that never end, as of a storage without a timeout: what they cost others, and their run."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from django_product_isolation import restore, workflow
from django_product_isolation.choices import Status
from django_product_isolation.database import tenants
from django_product_isolation.host import Target
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_applied, image_restored
from django_product_isolation.workers import pool, thread
from django_product_isolation.workflow import advance, leases
from django_product_isolation.workflow.leases import keeper
from django_product_isolation.workflow.steps import MAX_WORKER_DEATHS, STEPS
from tests.moments import until
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db(transaction=True)


def hanging_lease(pk, owner=None):
    """The lease of a step that has lasted too long, and is counted."""
    since = time.monotonic() - leases.LONGEST_STEP
    return leases.Lease(pk, owner or uuid.uuid4(), 0, tenants.ONLY, is_lost=True, since=since)


class DeadStorage:
    """Steps of these runs hang until it answers, and at once count as such."""

    def __init__(self, work_on):
        self.runs, self.met, self.answers, self.work_on = set(), [], threading.Event(), work_on

    def take(self, pk):
        if pk not in self.runs:
            return self.work_on(pk)
        soon = timezone.now() + timedelta(hours=1)  # meanwhile it is leased
        IsolationRun.objects.filter(pk=pk).update(due_at=soon)
        connection.close()
        lease = hanging_lease(pk)
        keeper.held.add(lease)
        self.met.append(pk)
        self.answers.wait(60)
        keeper.held.discard(lease)
        return True


@pytest.fixture
def dead_storage(monkeypatch):
    storage = DeadStorage(workflow.work_on)
    monkeypatch.setattr(workflow, "work_on", storage.take)
    monkeypatch.setattr(pool, "work_on", storage.take)
    yield storage
    storage.answers.set()
    until(lambda: not keeper.held)


def all_done(runs):
    return lambda: {run.status for run in runs.all()} == {Status.SUPERSEDED}


def hang_one(work, runs, dead_storage):
    dead_storage.runs.add(runs.order_by("due_at").first().pk)
    work.wake()
    until(lambda: dead_storage.met)
    return work.thread


def test_the_sites_thread_is_replaced_and_ends_when_its_storage_answers(
    work, changed_images, dead_storage
):
    stuck = hang_one(work, changed_images, dead_storage)
    work.wake()
    assert work.thread is not stuck
    until(all_done(changed_images.exclude(pk__in=dead_storage.runs)))
    newer = work.thread
    assert stuck.is_alive()
    dead_storage.answers.set()
    until(lambda: not stuck.is_alive(), seconds=10)
    assert work.thread is newer
    assert newer.is_alive()


def test_a_site_bears_only_so_many_threads_that_hang(
    work, changed_images, dead_storage, monkeypatch, caplog
):
    monkeypatch.setattr(thread, "MOST_HANGING", 1)
    stuck = hang_one(work, changed_images, dead_storage)
    for _ in range(3):
        work.wake()
    assert work.thread is stuck
    assert caplog.text.count("worker_hangs error=1 steps hang") == 1
    dead_storage.answers.set()
    until(all_done(changed_images.exclude(pk__in=dead_storage.runs)))


def embedded():
    call_command("isolation_worker", "--once", "--threads", "2", "--pause", "0.05")


def test_threads_of_the_embedded_worker_are_replaced(changed_images, dead_storage):
    dead_storage.runs.update(changed_images.values_list("pk", flat=True)[:2])
    embedded()
    assert len(keeper.hanging()) == 2
    assert all_done(changed_images.exclude(pk__in=dead_storage.runs))()


def test_an_embedded_worker_that_bears_no_more_ends_so_that_it_is_started_again(
    changed_images, dead_storage, monkeypatch, caplog
):
    monkeypatch.setattr(pool, "MOST_HANGING", 2)
    dead_storage.runs.update(changed_images.values_list("pk", flat=True))
    with pytest.raises(CommandError, match="steps hang"):
        embedded()
    assert caplog.text.count("worker_hangs") == 1


class Killed(BaseException):
    """The end of a worker, as far as a test can have it in its own process."""


def hang(run, monkeypatch, *, comes_back=False):
    """Have a worker hang in the step at hand until its run is counted as lost."""
    counted = IsolationRun.objects.filter(pk=run.pk).values_list("worker_deaths", flat=True)
    before = counted.get()

    def hanging(run):
        until(lambda: counted.get() > before)
        if not comes_back:
            raise Killed
        run.move_to(Status.FAILED)

    with monkeypatch.context() as patched:
        patched.setattr(leases, "LONGEST_STEP", 0)
        patched.setitem(STEPS, run.status, hanging)
        advance(run.pk)


def test_a_step_that_hangs_three_times_waits_for_a_person(run, step, monkeypatch, hurried, caplog):
    for _ in range(MAX_WORKER_DEATHS):
        with pytest.raises(Killed):
            hang(run, monkeypatch)
        IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.CRASHED)
    assert caplog.text.count(f"step_hangs run={run.pk}") == MAX_WORKER_DEATHS


@pytest.mark.parametrize("status", [Status.APPLIED, Status.RESTORED])
def test_the_shop_hears_of_its_picture_though_nobody_can_look_at_the_files(
    status, run, go_on, step, monkeypatch, hurried
):
    run = go_on(run, Status.APPLIED)
    if status == Status.RESTORED:
        go_on(run)
        restore(ProductImage.objects.all())
        run = go_on(run, status)
    told = []
    heard = image_applied if status == Status.APPLIED else image_restored
    heard.connect(lambda **_: told.append(run.pk), weak=False, dispatch_uid="heard")
    for _ in range(MAX_WORKER_DEATHS):
        with pytest.raises(Killed):
            hang(run, monkeypatch)
        IsolationRun.objects.update(
            due_at=timezone.now(), lease_until=timezone.now() - timedelta(seconds=1)
        )
    monkeypatch.setattr(Target, "copy", hang)  # which breaks, were it called
    run = step(run)
    heard.disconnect(dispatch_uid="heard")
    assert (run.status, run.due_at, told) == (status, None, [run.pk])


def test_what_hung_waits_as_long_again_so_that_others_come_first(run, monkeypatch, hurried):
    lose, rests = RunQuerySet.lose, []

    def noted(self, *args, rest, **options):
        rests.append(rest)
        return lose(self, *args, rest=600, **options)

    monkeypatch.setattr(RunQuerySet, "lose", noted)
    with pytest.raises(Killed):
        hang(run, monkeypatch)
    IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert rests == [0]
    assert not IsolationRun.objects.due().exists()


def test_a_step_that_was_only_slow_goes_on_and_nothing_is_counted(run, monkeypatch, hurried):
    hang(run, monkeypatch, comes_back=True)
    run.refresh_from_db()
    assert (run.status, run.worker_deaths) == (Status.FAILED, 0)


def test_a_process_that_ends_does_not_give_back_what_hangs(run, monkeypatch, hurried):
    with pytest.raises(Killed):
        hang(run, monkeypatch)
    owner = IsolationRun.objects.values_list("lease_owner", flat=True).get()
    hurried.held.add(hanging_lease(run.pk, owner))
    hurried.end()
    assert IsolationRun.objects.values_list("worker_deaths", flat=True).get() == 1
