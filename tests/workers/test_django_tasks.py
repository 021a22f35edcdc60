"""WORKERS = "django": Django's own tasks, from Django 6.0 on."""

from datetime import timedelta
from importlib.util import find_spec

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

HAS_TASKS = find_spec("django.tasks") is not None
needs_tasks = pytest.mark.skipif(not HAS_TASKS, reason="Django has its own tasks since 6.0.")
BACKENDS = "django.tasks.backends"


@pytest.fixture
def django_workers(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "django"}


@pytest.fixture
def waiting(django_workers):
    """The tasks enqueued since the last look: name, arguments and when to run."""
    with override_settings(TASKS={"default": {"BACKEND": f"{BACKENDS}.dummy.DummyBackend"}}):
        from django.tasks import default_task_backend

        def look():
            found = [(r.task.name, r.args, r.task.run_after) for r in default_task_backend.results]
            default_task_backend.clear()
            return found

        yield look


@pytest.fixture
def at_once(django_workers):
    with override_settings(
        TASKS={"default": {"BACKEND": f"{BACKENDS}.immediate.ImmediateBackend"}}
    ):
        yield


def found_ids():
    return [m.id for m in run_checks() if m.id.startswith("product_isolation.")]


@pytest.mark.skipif(HAS_TASKS, reason="This Django has tasks.")
def test_below_django_6_the_check_says_what_to_do(django_workers):
    [message] = [m for m in run_checks() if m.id.startswith("product_isolation.")]
    assert message.id == "product_isolation.E010"
    assert "Django 6.0" in message.hint


@pytest.mark.skipif(HAS_TASKS, reason="This Django has tasks.")
def test_below_django_6_a_click_is_kept_for_the_sweep(
    django_workers, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = isolate(make_image()).runs.get()
    assert list(IsolationRun.objects.due()) == [run]


@needs_tasks
def test_backends_without_workers_are_named(waiting):
    assert found_ids() == ["product_isolation.W006"]


@needs_tasks
def test_the_backend_that_works_in_the_request_is_named(at_once):
    assert found_ids() == ["product_isolation.W006"]


@needs_tasks
def test_a_batch_is_announced_in_one_task(waiting, django_capture_on_commit_callbacks):
    for name in "AB":
        make_image(name)
    with django_capture_on_commit_callbacks(execute=True):
        batch = isolate(ProductImage.objects.all())
    [(name, [run_ids, _tenant], run_after)] = waiting()
    assert (name, run_after) == ("advance_runs", None)
    assert sorted(run_ids) == sorted(str(pk) for pk in batch.runs.values_list("pk", flat=True))


@needs_tasks
def test_a_nudge_is_spread_over_its_runs(waiting):
    from django_product_isolation.workers import django_tasks

    django_tasks.advance_runs.call(["a", "b"])
    assert waiting() == [("advance_run", [run, ""], None) for run in "ab"]


@needs_tasks
def test_a_step_taken_comes_back_when_the_run_wants_attention(waiting, settings):
    from django_product_isolation.workers import django_tasks

    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "BASE_URL": "http://127.0.0.1:9"}
    run = isolate(make_image()).runs.get()
    waiting()
    django_tasks.advance_run.call(str(run.pk))
    run.refresh_from_db()
    [(name, args, run_after)] = waiting()
    assert (name, args) == ("advance_run", [str(run.pk), ""])
    assert abs(run_after - run.due_at) < timedelta(seconds=1)


@needs_tasks
@pytest.mark.parametrize("due", [None, timedelta(minutes=10)], ids=["never", "long"])
def test_a_run_that_ended_or_waits_long_is_left_to_the_sweep(due, waiting, monkeypatch):
    from django_product_isolation.workers import django_tasks

    run = isolate(make_image()).runs.get()
    waiting()

    def put_off(pk):
        IsolationRun.objects.update(due_at=due and timezone.now() + due)
        return True

    monkeypatch.setattr("django_product_isolation.workflow.work_on", put_off)
    django_tasks.advance_run.call(str(run.pk))
    assert waiting() == []


@needs_tasks
@pytest.mark.usefixtures("runflow")
def test_a_backend_that_cannot_wait_leaves_the_rest_to_the_sweep(
    at_once, caplog, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = isolate(make_image()).runs.get()
    run.refresh_from_db()
    assert run.status == Status.PROCESSING
    assert run.due_at is not None
    assert "publish_failed" not in caplog.text


@needs_tasks
def test_a_backend_that_fails_loses_no_click(
    waiting, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    from django.tasks.backends.dummy import DummyBackend

    def fail(self, task, args, kwargs):
        raise ConnectionError("amqp://user:canary@broker")

    monkeypatch.setattr(DummyBackend, "enqueue", fail)
    with django_capture_on_commit_callbacks(execute=True):
        run = isolate(make_image()).runs.get()
    assert list(IsolationRun.objects.due()) == [run]
    assert "ConnectionError" in caplog.text
    assert "canary" not in caplog.text
