"""A hunt that finds nothing may be blind: each secret and each channel is tried with a leak."""

import base64
import html
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
from django.http import HttpResponse
from django.urls import path

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.workflow.steps import STEPS, advance

from . import canaries
from .broker import carry_out, memory_broker
from .canaries import CORES, found_in

pytestmark = pytest.mark.django_db

WHOLE = {
    "key": canaries.KEY,
    "new signing secret": canaries.SECRETS[0],
    "old signing secret": canaries.SECRETS[1],
    **{name: canaries.query(CORES[name]) for name in CORES if name.endswith("link")},
}
SPELLINGS = {
    "as it is": str,
    "in a repr": repr,
    "as bytes": lambda text: repr(text.encode()),
    "in a URL": quote,
    "in a form": quote_plus,
    "in JSON": json.dumps,
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "in HTML": html.escape,
    "in hex": lambda text: text.encode().hex(),
    **{
        f"in base64 after {count}": lambda text, count=count: base64.b64encode(
            b"x" * count + text.encode() + b"y"
        ).decode()
        for count in range(4)
    },
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(b"??>" + text.encode()).decode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", CORES)
def test_each_secret_is_found_however_it_is_written(name, spelling):
    text = f"before {SPELLINGS[spelling](WHOLE[name])} after"
    assert found_in(text, CORES) == [name]


def log_line(stage):
    logging.getLogger("urllib3.connectionpool").debug("GET %s", canaries.OUTPUT_LINK)


def log_extra(stage):
    logging.getLogger("anybody").debug("sent", extra={"headers": {"Authorization": canaries.KEY}})


def log_of_a_logger_that_keeps_to_itself(stage):
    logging.getLogger("django.server").debug("POST /callback/%s", stage.token)


def logged_frame(stage):
    def fail(link):
        raise RuntimeError("no secret here")

    logged(stage, lambda: step_into(fail, canaries.UPLOAD_LINK))


def logged_cause(stage):
    def fail(link):
        try:
            step_into(lambda value: 1 / 0, link)
        except ZeroDivisionError as error:
            del link
            raise RuntimeError("no secret here") from error

    logged(stage, lambda: fail(canaries.UPLOAD_LINK))


def logged_context(stage):
    def fail(link):
        try:
            step_into(lambda value: 1 / 0, link)
        finally:
            raise RuntimeError("no secret here")

    logged(stage, lambda: fail(canaries.UPLOAD_LINK))


def step_into(function, secret):
    """A frame outside this folder would hold it; this one is compiled to look like that."""
    code = compile("def f(function, secret):\n    return function(secret)\n", "/app/f.py", "exec")
    namespace = {}
    exec(code, namespace)
    return namespace["f"](function, secret)


def logged(stage, function):
    try:
        function()
    except Exception:
        logging.getLogger("anybody").exception("failed")


def live_frame(stage):
    error = logging.getLogger("anybody").error
    step_into(lambda secret: error("no exception"), canaries.SECRETS[0])


def escaped_error(stage):
    def fail():
        raise RuntimeError(f"403 for {canaries.STORAGE_LINK}")

    stage.attempt(fail)


def row(stage):
    stage.run.record(RunEvent.Kind.NOTE, detail=canaries.STORAGE_LINK)


def sql(stage):
    IsolationRun.objects.filter(label=canaries.ASSET_LINK).exists()


def page(stage):
    stage.collector.read_response(HttpResponse(canaries.STORAGE_LINK))


def header(stage):
    stage.collector.read_response(HttpResponse(headers={"Location": f"/{canaries.OUTPUT_LINK}"}))


def cookie(stage):
    response = HttpResponse()
    response.set_cookie("next", canaries.OUTPUT_LINK)
    stage.collector.read_response(response)


PLANTED = {
    log_line: "output link in log urllib3.connectionpool",
    log_extra: "key in log anybody",
    log_of_a_logger_that_keeps_to_itself: "callback token in log django.server",
    logged_frame: "upload link in log anybody, frames",
    logged_cause: "upload link in log anybody, frames",
    logged_context: "upload link in log anybody, frames",
    live_frame: "new signing secret in log anybody, stack",
    escaped_error: "storage's link in left the app, frames",
    row: "storage's link in row of RunEvent",
    sql: "asset link in log django.db.backends",
    page: "storage's link in page",
    header: "output link in header",
    cookie: "output link in header",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_leak_is_found(stage, plant):
    stage.begin()
    plant(stage)
    stage.collector.read_rows()
    assert any(leak.startswith(PLANTED[plant]) for leak in stage.collector.leaks)


def test_a_leak_is_found_in_reports_of_django_and_in_its_mail(stage, client, settings):
    def failing(request):
        return step_into(lambda value: 1 / 0, canaries.KEY)

    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("", failing)]})
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
    stage.collector.read_mail()
    for channel in ("failed request, frames", "failed request, Django's report", "mail"):
        assert any(leak.startswith(f"key in {channel}") for leak in stage.collector.leaks)


def test_a_leak_is_found_in_a_users_messages(stage, admin_client):
    session = admin_client.session
    session["_messages"] = json.dumps([["__json_message", 0, 20, canaries.KEY, ""]])
    session.save()
    stage.collector.read_rows()
    assert any(leak.startswith("key in message") for leak in stage.collector.leaks)


def test_a_leak_is_found_in_a_message_to_a_worker(stage):
    with memory_broker() as app:

        @app.task(name="planted")
        def planted(link):
            return None

        planted.apply_async([canaries.UPLOAD_LINK], argsrepr="(hidden)")
        assert carry_out(app, stage.collector) == 1
    assert any(leak.startswith("upload link in message to") for leak in stage.collector.leaks)


def test_a_frame_of_a_step_is_found_where_nothing_empties_it(stage, monkeypatch):
    """The app's own guard is what keeps the hunt empty-handed."""
    monkeypatch.setattr("django_product_isolation.redaction.forget_locals", lambda error: None)

    def fail(run):
        step_into(lambda value: 1 / 0, canaries.KEY)

    monkeypatch.setitem(STEPS, Status.QUEUED, fail)
    run = stage.begin()
    advance(run.pk)
    assert any(
        leak.startswith("key in log django_product_isolation, frames")
        for leak in stage.collector.leaks
    )
