"""A broker that does not answer: nobody waits for it, and nothing is lost."""

import pytest
from celery import Celery
from django.core.checks import run_checks

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workers import celery_tasks
from django_product_isolation.workflow import resume
from tests.shop import EVERYTHING, choose, make_images_without_files, make_staff, order, press

from .silent import SilentBroker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def celery_at(settings, monkeypatch):
    """The shop's Celery app, on the broker of this URL."""
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "celery"}
    monkeypatch.setattr(celery_tasks.nudges, "resting_until", 0.0)
    apps = []

    def make(url, **options):
        app = Celery("tests", broker=url, broker_transport_options=options)
        app.set_current()
        apps.append(app)

    yield make
    for app in apps:
        app.close()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{}/0", "amqp://guest:guest@127.0.0.1:{}//"])
def test_staff_who_confirm_500_images_do_not_wait_for_a_silent_broker(url, celery_at, client):
    client.force_login(make_staff(*EVERYTHING))
    address = choose(client, make_images_without_files(500))
    with SilentBroker() as broker:
        celery_at(url.format(broker.port))
        response = press(client, address)
    assert response.status_code == 302
    assert IsolationRun.objects.filter(status=Status.QUEUED).count() == 500
    assert (broker.outlasted, broker.given_up > 0) == (0, True)


def test_many_decisions_do_not_wait_for_a_silent_broker_one_by_one(celery_at, client):
    client.force_login(make_staff(*EVERYTHING))
    with SilentBroker() as broker:
        celery_at(f"redis://127.0.0.1:{broker.port}/0")
        order(client, make_images_without_files(20))
        for run in IsolationRun.objects.all():
            run.move_to(Status.HELD)
            assert resume(run)
    assert IsolationRun.objects.due().filter(status=Status.QUEUED).count() == 20
    assert (broker.outlasted, broker.given_up < 3) == (0, True)  # and not once for each


def test_a_broker_is_tried_again_after_a_rest(celery_at, monkeypatch):
    with SilentBroker() as broker:
        celery_at(f"redis://127.0.0.1:{broker.port}/0")
        for _try in range(2):
            celery_tasks.nudges.publish(["a"])
            assert celery_tasks.nudges.resting_until > 0
            monkeypatch.setattr(celery_tasks.nudges, "resting_until", 0.0)
    assert broker.given_up == 2


@pytest.mark.parametrize(
    ("url", "options", "found"),
    [
        ("redis://127.0.0.1:6379/0", {}, ["product_isolation.W004"]),
        ("rediss://127.0.0.1:6379/0", {"visibility_timeout": 60}, ["product_isolation.W004"]),
        ("redis://127.0.0.1:6379/0", {"socket_timeout": 30}, []),
        ("amqp://127.0.0.1:5672//", {}, []),
    ],
)
def test_a_redis_without_limits_is_named(url, options, found, celery_at):
    celery_at(url, **options)
    assert [m.id for m in run_checks() if m.id.startswith("product_isolation.")] == found


def test_without_celery_no_broker_is_looked_at(celery_at, settings):
    celery_at("redis://127.0.0.1:6379/0")
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    assert not [m.id for m in run_checks() if m.id.startswith("product_isolation.")]
