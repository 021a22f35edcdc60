"""The same view in shops with other middleware and settings: callbacks still come in.

What Django's own middleware answers before the view is reached is the host's to set right; the
README says how.
"""

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import RequestDataTooBig
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.urls import resolve

from django_product_isolation.choices import Status
from django_product_isolation.runflow.callbacks import signature_of
from tests.reliability.callback_fuzzing.door import CutBody
from tests.reliability.callback_fuzzing.generator import NEW
from tests.reliability.callback_fuzzing.rows import make_runs

READERS = f"{__name__}."
LOGIN = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@pytest.fixture
def shop(settings, option, transactional_db):
    """Options that a test may change, and commits that are real."""
    option(WORKERS="embedded")
    return settings.PRODUCT_ISOLATION


@pytest.fixture
def run(shop):
    shop["SIGNING_SECRETS"] = [NEW]
    return next(run for run in make_runs(1) if run.status == Status.PROCESSING)


def call(run, *, body=None, path=None, content_type="application/json", headers=None, **extra):
    document = {
        "event": "run.completed",
        "run_id": run.runflow_run_id,
        "metadata": {"run": str(run.pk)},
    }
    body = json.dumps(document).encode() if body is None else body
    headers = {"Runflow-Signature": signature_of(body, NEW), **(headers or {})}
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(path or run.path, body, content_type, headers=headers, **extra)


def before(settings, *middleware):
    settings.MIDDLEWARE = [*middleware, *settings.MIDDLEWARE]


def reads_body(get_response):
    def middleware(request):
        assert request.body
        return get_response(request)

    return middleware


def reads_body_to_its_end(get_response):
    """As one that parses JSON from the request as from a file."""

    def middleware(request):
        assert json.loads(request.body) == json.load(request)
        return get_response(request)

    return middleware


def reads_post(get_response):
    def middleware(request):
        request.POST.get("anything")
        return get_response(request)

    return middleware


def tries_to_read_body(get_response):
    def middleware(request):
        with pytest.raises(RequestDataTooBig):
            request.body  # noqa: B018
        return get_response(request)

    return middleware


def reads_stream(get_response):
    """Takes the body for itself: nobody after it can have it."""

    def middleware(request):
        request.read()
        return get_response(request)

    return middleware


@pytest.mark.parametrize("reader", [reads_body, reads_body_to_its_end, reads_post])
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
def test_a_middleware_that_read_the_body_before_takes_nothing_away(
    reader, content_type, run, settings
):
    before(settings, READERS + reader.__name__)
    assert call(run, content_type=content_type).status_code == 200


def test_a_body_that_a_middleware_took_away_is_refused_and_no_error(run, settings):
    before(settings, READERS + reads_stream.__name__)
    assert call(run).status_code == 401
    settings.PRODUCT_ISOLATION["SIGNING_SECRETS"] = ()
    assert call(run).status_code == 400


def test_the_hosts_limit_for_uploads_is_not_ours(run, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
    assert call(run).status_code == 200
    before(settings, READERS + tries_to_read_body.__name__)
    assert call(run).status_code == 200


def test_our_limit_holds_where_the_host_has_none(run, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    large = b" " * (64 * 1024 + 1)
    assert call(run, body=large).status_code == 413
    before(settings, READERS + reads_body.__name__)
    assert call(run, body=large).status_code == 413


def test_a_sender_that_hangs_up_is_no_error_of_the_shops(run):
    reply = call(run, **{"wsgi.input": CutBody(), "CONTENT_LENGTH": "100"})
    assert reply.status_code == 400


@pytest.mark.parametrize("append_slash", [True, False])
@pytest.mark.parametrize("slash", ["", "/"])
def test_no_slash_is_ever_redirected(append_slash, slash, run, settings):
    settings.APPEND_SLASH = append_slash
    assert call(run, path=run.path + slash).status_code == 200


def test_what_follows_the_slash_makes_another_address(run):
    for more in ("/%0A", "//", "/x", "/x/"):
        assert call(run, path=run.path + more).status_code == 404


def test_sites_that_demand_a_login_everywhere_let_it_in(run, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN]
    assert Client().get("/admin/catalogue/").status_code == 302
    assert call(run).status_code == 200


def test_behind_a_proxy_that_is_made_known_https_is_not_demanded_again(run, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert call(run, headers={"X-Forwarded-Proto": "https"}).status_code == 200


def test_where_the_proxy_is_not_made_known_django_redirects_unless_the_host_exempts(run, settings):
    settings.SECURE_SSL_REDIRECT = True
    reply = call(run)
    assert (reply.status_code, reply["Location"]) == (301, f"https://testserver{run.path}")
    settings.SECURE_REDIRECT_EXEMPT = [r"^product-isolation/callback/"]
    assert call(run).status_code == 200


def test_the_name_in_the_address_must_be_one_of_the_shops(run, settings):
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert call(run, headers={"Host": "shop.example"}).status_code == 200
    assert call(run, headers={"Host": "attacker.example"}).status_code == 400


@pytest.mark.parametrize("atomic", [True, False])
def test_no_transaction_of_the_hosts_is_around_it(atomic, run, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", atomic)
    states = []

    def note(execute, sql, *arguments):
        states.append((sql.split()[0], connection.in_atomic_block))
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        assert call(run).status_code == 200
    assert states == [("UPDATE", False)]


@pytest.fixture
def no_loop():
    """Browser tests that came before leave Playwright's event loop running on this thread."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


def test_an_asynchronous_server_lets_the_same_in(run, no_loop):
    document = {"event": "run.completed", "run_id": run.runflow_run_id}
    body = json.dumps(document).encode()

    def status(signature):
        post = async_to_sync(AsyncClient(enforce_csrf_checks=True).post)
        headers = {"Runflow-Signature": signature}
        return post(run.path, body, "application/json", headers=headers).status_code

    assert status(signature_of(body, NEW)) == 200
    assert status(signature_of(body + b" ", NEW)) == 401


def test_all_of_it_at_once(run, settings, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    before(settings, READERS + reads_body_to_its_end.__name__)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN]
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"Host": "shop.example", "X-Forwarded-Proto": "https"}
    assert call(run, headers=headers).status_code == 200
    assert resolve(run.path).url_name == "callback"
