from datetime import timedelta

import pytest
from celery import Celery, current_app
from django.core.checks import run_checks
from django.utils import timezone

from django_product_isolation import isolate, tasks, workers
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workers import thread
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(settings):
    """Reads the messages published since the last look, from a broker in memory."""
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "celery"}
    app = Celery("tests", broker="memory://")
    app.set_current()

    def look():
        found = []
        with app.connection_for_read() as connection:
            queue = connection.SimpleQueue("celery")
            while queue.qsize():
                message = queue.get_nowait()
                message.ack()
                name = message.headers["task"].rpartition(".")[2]
                found.append((name, message.payload[0], message.headers["eta"]))
            queue.close()
        return found

    look()
    yield look
    look()
    app.close()


def test_a_batch_is_announced_in_one_message(sent, django_capture_on_commit_callbacks):
    for name in "AB":
        make_image(name)
    with django_capture_on_commit_callbacks(execute=True):
        batch = isolate(ProductImage.objects.all())
    [(name, [run_ids, _tenant], _eta)] = sent()
    assert name == "advance_runs"
    assert sorted(run_ids) == sorted(str(pk) for pk in batch.runs.values_list("pk", flat=True))


@pytest.fixture
def eager(sent, monkeypatch):
    """Celery runs tasks where they are published; notes when the site's own thread is woken."""
    current_app.conf.task_always_eager = True
    woken = []
    monkeypatch.setattr(thread.worker, "wake", lambda: woken.append(True))
    monkeypatch.setattr(thread, "may_begin", lambda: True)
    return woken


def test_nobody_who_orders_waits_for_an_eager_celery(eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        batch = isolate(make_image())
    assert (batch.runs.get().status, batch.runs.get().attempts) == (Status.QUEUED, 0)
    assert eager == [True]


def test_whoever_looks_wakes_the_thread_where_celery_is_eager(sent, eager):
    workers.current().wake()
    assert eager == [True]
    current_app.conf.task_always_eager = False
    workers.current().wake()
    assert eager == [True]


def test_an_eager_celery_is_warned_about(eager):
    assert [found.id for found in run_checks() if "Celery" in found.msg] == [
        "product_isolation.W006"
    ]


def test_the_other_workers_need_no_message(sent, settings, django_capture_on_commit_callbacks):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    with django_capture_on_commit_callbacks(execute=True):
        isolate(make_image())
    assert sent() == []


def test_a_nudge_is_spread_over_its_runs(sent):
    tasks.advance_runs(["a", "b"])
    assert [(name, args) for name, args, _ in sent()] == [
        ("advance_run", ["a", ""]),
        ("advance_run", ["b", ""]),
    ]


def test_a_step_taken_comes_back_when_the_run_wants_attention(sent, settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "BASE_URL": "http://127.0.0.1:9"}
    run = isolate(make_image()).runs.get()
    tasks.advance_run(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.QUEUED, "not-reached")
    [(name, args, eta)] = sent()
    assert (name, args) == ("advance_run", [str(run.pk), ""])
    assert eta is not None


def test_a_step_that_somebody_else_took_does_not_come_back(sent):
    run = isolate(make_image()).runs.get()
    IsolationRun.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    tasks.advance_run(str(run.pk))
    assert sent() == []


def test_an_ended_run_does_not_come_back(sent):
    image = make_image()
    run = isolate(image).runs.get()
    ProductImage.objects.filter(pk=image.pk).delete()
    tasks.advance_run(str(run.pk))
    assert sent() == []


def test_a_run_that_waits_long_is_left_to_the_sweep(sent, monkeypatch):
    run = isolate(make_image()).runs.get()

    def put_off(pk):
        IsolationRun.objects.update(due_at=timezone.now() + timedelta(minutes=10))
        return True

    monkeypatch.setattr("django_product_isolation.workflow.work_on", put_off)
    tasks.advance_run(str(run.pk))
    assert sent() == []


def test_the_sweep_finds_what_is_due(sent):
    due = isolate(make_image("A")).runs.get()
    later = isolate(make_image("B")).runs.get()
    IsolationRun.objects.filter(pk=later.pk).update(due_at=None)
    tasks.sweep()
    assert [(name, args) for name, args, _ in sent()] == [("advance_runs", [[str(due.pk)], ""])]
