import http.client
import json

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from django_product_isolation import restore, tasks
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.runflow import callbacks
from django_product_isolation.runflow.connection import connect
from tests.due_steps import sweep
from tests.http_server import hang_up
from tests.shops.catalogue.models import ProductImage

from . import canaries
from .broker import carry_out, memory_broker
from .failures import ANSWERS, FAILURES, WITHOUT_DATABASE, out_of_the_blue, storage_tells
from .runflow import RUN, route_of
from .shop_fixture import broken_database

pytestmark = pytest.mark.django_db


def look(stage, client):
    """Read the page that says how it stands."""
    url = reverse("product_isolation:progress", args=[stage.run.batch_id])
    stage.collector.read_response(client.get(url))


def tour(stage, client):
    """Read every page that shows a run."""
    look(stage, client)
    run, admin = stage.run, "admin:product_isolation_"
    for url in (
        reverse(f"{admin}isolationrun_changelist"),
        reverse(f"{admin}isolationrun_change", args=[run.pk]),
        reverse(f"{admin}isolationbatch_change", args=[run.batch_id]),
        reverse("admin:catalogue_productimage_history", args=[run.object_pk]),
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_run", args=[run.pk, "result"]),
    ):
        stage.collector.read_response(client.get(url))


def assert_nothing_is_told(stage):
    stage.collector.read_rows()
    stage.collector.read_mail()
    leaks = stage.collector.leaks
    assert not leaks, f"{len(leaks)} leaks, such as\n" + "\n".join(dict.fromkeys(leaks[:12]))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_tells_no_secret(stage, name, admin_client):
    FAILURES[name](stage)
    (tour if "tell" in name else look)(stage, admin_client)
    assert_nothing_is_told(stage)


@pytest.mark.sampled(6)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WITHOUT_DATABASE)
def test_what_cannot_be_written_down_tells_no_secret(transactional_db, stage, name):
    WITHOUT_DATABASE[name](stage)
    assert any("stack" in c or "frames" in c for c in stage.collector.channels)
    assert_nothing_is_told(stage)


def call_back(stage, token=None, signature=None, method="post", **changes):
    """Knock as Runflow does: what it says holds a link."""
    said = {
        "event": "run.completed",
        "run_id": RUN,
        "status": "succeeded",
        "metadata": {"run": str(stage.run.pk)},
        "output": {"image_urls": [stage.runflow.output_link]},
        **changes,
    }
    body = json.dumps(said).encode()
    url = reverse("product_isolation:callback", args=[token or stage.token])
    right = callbacks.signature_of(body, canaries.SECRETS[1])
    headers = {"Runflow-Signature": signature or right}
    client = Client(raise_request_exception=False, headers=headers)
    response = getattr(client, method)(url, body, content_type="application/json")
    stage.collector.read_response(response)
    request = response.wsgi_request
    stage.collector.read("request", f"{request!r} {request.build_absolute_uri()} {request.META}")
    return response


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("status", "options", "setting"),
    [
        (200, {}, {}),
        (400, {"event": None}, {}),
        (401, {"signature": "0" * 64}, {}),
        (405, {"method": "put"}, {}),
        (409, {"metadata": {"run": RUN}}, {}),
        (413, {"padding": "x" * 70_000}, {}),
        (503, {}, {"SIGNING_SECRETS": ["short"]}),
    ],
)
def test_no_answer_to_a_callback_tells_a_secret(stage, settings, status, options, setting, debug):
    settings.DEBUG = debug
    stage.configure(**setting)
    stage.begin()
    stage.step()
    assert call_back(stage, **options).status_code == status
    assert_nothing_is_told(stage)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("verb", ["SELECT", "UPDATE"])
def test_a_callback_without_a_database_tells_no_secret(stage, settings, verb, debug):
    settings.DEBUG = debug
    stage.begin()
    stage.step()
    if verb == "SELECT":  # of a run that we do not know by that id
        IsolationRun.objects.update(runflow_run_id=None)
    with broken_database(verb, "product_isolation_isolationrun"):
        assert call_back(stage).status_code == 500
    transaction.set_rollback(False)  # the test's own goes on
    assert "failed request, frames" in stage.collector.channels
    assert "log django.request, frames" in stage.collector.channels
    if not debug:
        assert_mail_was_sent()
    assert_nothing_is_told(stage)


@pytest.mark.parametrize("place", ["usable_secrets", "parse", "safe_name"])
def test_an_error_while_a_callback_is_read_tells_no_secret(stage, place):
    stage.begin()
    stage.step()
    with out_of_the_blue(f"{callbacks.__name__}.{place}", RuntimeError):
        assert call_back(stage).status_code == 500
    assert_nothing_is_told(stage)


def assert_mail_was_sent():
    assert any("Internal Server Error" in message.subject for message in mail.outbox)


def test_steps_taken_after_a_callback_tell_no_secret(stage):
    stage.configure(WORKERS="thread")
    stage.begin()
    stage.step()
    stage.runflow.faults["GET output"] = [ANSWERS["redirect"]]
    assert call_back(stage).status_code == 200
    sweep()
    assert stage.collector.channels
    assert_nothing_is_told(stage)


def test_messages_to_workers_tell_no_secret(stage, django_capture_on_commit_callbacks):
    stage.configure(WORKERS="celery")
    with memory_broker() as app:
        with django_capture_on_commit_callbacks(execute=True):
            stage.begin()
        tasks.sweep()
        count = sum(carry_out(app, stage.collector) for _ in range(3))
    assert count > 2
    assert any(route_of(request) == "POST run" for request in stage.runflow.requests)
    assert_nothing_is_told(stage)


def test_a_restore_that_the_storage_refuses_tells_no_secret(stage, admin_client):
    stage.begin()
    run = stage.play()
    assert run.status == Status.APPLIED
    stage.storage.faults["open"] = storage_tells
    url = reverse("product_isolation:progress", args=[run.batch_id])
    page = admin_client.post(url, {"decide": f"restore:{run.pk}"}, follow=True)
    stage.attempt(lambda: restore(ProductImage.objects.all()))
    stage.step()
    assert "does not answer" in admin_client.get(url).content.decode()
    stage.collector.read_response(page)
    tour(stage, admin_client)
    assert_nothing_is_told(stage)


def test_the_account_asked_outside_a_step_tells_no_secret(stage):
    stage.runflow.faults["GET run"] = [hang_up]
    stage.attempt(connect().balance)
    assert "left the app, frames" in stage.collector.channels
    assert_nothing_is_told(stage)


def test_a_monitor_of_outgoing_requests_is_told_no_secret(stage, monkeypatch):
    """As those of error reporters, which keep addresses for the next report."""
    put, seen = http.client.HTTPConnection.putrequest, []

    def monitored(connection, method, url, *args, **kwargs):
        seen.append(url)
        stage.collector.read("monitor", f"{method} {url}")
        return put(connection, method, url, *args, **kwargs)

    monkeypatch.setattr(http.client.HTTPConnection, "putrequest", monitored)
    stage.begin()
    assert stage.play().status == Status.APPLIED
    assert len(seen) == len(stage.runflow.requests)
    assert_nothing_is_told(stage)


def test_the_probe_of_the_callback_tells_no_secret(stage, capsys):
    stage.configure(CALLBACK_BASE_URL="http://127.0.0.1:9")
    stage.begin()
    with pytest.raises(CommandError) as caught:
        call_command("check_callback")
    stage.collector.read_error("left the app", caught.value)
    stage.collector.read("output", capsys.readouterr().out)
    assert_nothing_is_told(stage)
