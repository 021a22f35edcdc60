import hashlib
import hmac
import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.runflow import callbacks
from tests.photos import make_image

pytestmark = pytest.mark.django_db

OLD, NEW = "whsec_old_0123456789abcdef", "whsec_new_0123456789abcdef"
RUNFLOW_RUN = "01991d03-8dc0-7cba-a551-2100f80b56fc"


@pytest.fixture
def run(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    run = isolate(make_image()).runs.get()
    IsolationRun.objects.filter(pk=run.pk).update(
        status=Status.PROCESSING, runflow_run_id=RUNFLOW_RUN, due_at=None
    )
    return IsolationRun.objects.get(pk=run.pk)


@pytest.fixture
def signing(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "SIGNING_SECRETS": [NEW, OLD]}


def body_for(run, **fields):
    known = {
        "event": "run.completed",
        "run_id": RUNFLOW_RUN,
        "status": "succeeded",
        "output": {"image_urls": ["https://attacker.example/other.webp"]},
        "metadata": {"run": str(run.pk)},
    }
    return json.dumps(known | fields).encode()


def sign(body, secret):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(run, body=None, *, token=None, signature=None, **extra):
    url = reverse("product_isolation:callback", args=[token or callbacks.make_token(run.pk)])
    if signature is not None:
        extra["headers"] = {"Runflow-Signature": signature}
    client = Client(enforce_csrf_checks=True)
    body = body_for(run) if body is None else body
    return client.post(url, body, content_type="application/json", **extra)


def is_woken(run):
    return IsolationRun.objects.due().filter(pk=run.pk).exists()


def everything():
    runs, events = IsolationRun.objects.order_by("pk"), RunEvent.objects.order_by("pk")
    return list(runs.values()), list(events.values())


def test_a_callback_with_the_right_token_wakes_its_run(run):
    assert call(run).status_code == 200
    assert is_woken(run)


def test_a_second_callback_changes_nothing(run):
    call(run)
    before = everything()[1]
    assert call(run).status_code == 200
    assert everything()[1] == before


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_of_a_rotation_is_good(secret, run, signing):
    body = body_for(run)
    assert call(run, body, signature=sign(body, secret)).status_code == 200
    assert is_woken(run)


@pytest.mark.parametrize(
    "signature",
    [None, "", "0" * 64, "0" * 63, "sha256=" + "0" * 64, "\u00e9" * 64, "zz" * 32],
)
def test_without_a_good_signature_nothing_is_written(signature, run, signing):
    before = everything()
    assert call(run, signature=signature).status_code == 401
    assert everything() == before


def test_the_signature_of_another_body_or_in_capitals_is_not_good(run, signing):
    body = body_for(run)
    assert call(run, body, signature=sign(body + b" ", OLD)).status_code == 401
    assert call(run, body, signature=sign(body, OLD).upper()).status_code == 401
    assert call(run, body, signature=sign(body, "whsec_foreign_0123456789abcd")).status_code == 401
    assert not is_woken(run)


@pytest.mark.parametrize("secrets", ["", None, [""], [" "], ["short"]])
def test_a_secret_that_protects_nothing_opens_nothing(secrets, run, settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "SIGNING_SECRETS": secrets}
    body = body_for(run)
    assert call(run, body, signature=sign(body, "".join(secrets or ""))).status_code == 503
    assert not is_woken(run)


def test_a_token_cannot_be_guessed(run):
    before = everything()
    token = callbacks.make_token(run.pk)
    for forged in (str(run.pk), token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "x"):
        assert call(run, token=forged).status_code == 404
    assert everything() == before


def test_a_token_of_one_run_is_no_good_for_another(run):
    other = isolate(make_image("Other")).runs.get()
    assert call(run, body_for(run), token=callbacks.make_token(other.pk)).status_code == 409
    assert not RunEvent.objects.exists()


def test_a_token_survives_a_change_of_the_secret_key_with_a_fallback(run, settings):
    token = callbacks.make_token(run.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key for tests only"
    assert call(run, token=token).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert call(run, token=token).status_code == 404


def test_a_run_that_is_gone_is_not_found(run):
    assert call(run, token=callbacks.make_token(uuid4())).status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"event": 1}', b"[" * 60_000],
)
def test_what_is_no_callback_is_refused(body, run):
    before = everything()
    assert call(run, body).status_code == 400
    assert everything() == before


def test_an_unknown_event_with_more_fields_is_taken_as_the_hint_it_is(run):
    body = body_for(run, event="run.polished", shine=["very"], status="gleaming")
    assert call(run, body).status_code == 200
    assert is_woken(run)


def test_a_body_that_is_too_large_is_not_read(run):
    assert call(run, b"x" * (64 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options", "patch"])
def test_only_post_is_answered(method, run):
    url = reverse("product_isolation:callback", args=[callbacks.make_token(run.pk)])
    assert getattr(Client(), method)(url).status_code == 405
    assert not is_woken(run)


def test_no_slash_is_ever_redirected(run):
    url = reverse("product_isolation:callback", args=[callbacks.make_token(run.pk)])
    for address in (url.rstrip("/"), url.rstrip("/") + "/"):
        reply = Client().post(address, body_for(run), content_type="application/json")
        assert reply.status_code == 200


def test_sites_that_demand_a_login_everywhere_let_it_in(run, settings):
    from django.contrib.auth import middleware

    path = f"{middleware.__name__}.{middleware.LoginRequiredMiddleware.__name__}"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, path]
    assert call(run).status_code == 200


def test_it_takes_few_queries_and_asks_nobody(run, settings, django_assert_max_num_queries):
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "BASE_URL": "http://127.0.0.1:9",
    }
    with django_assert_max_num_queries(6):  # four, and the savepoint of the test's transaction
        assert call(run).status_code == 200
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.PROCESSING, "")


def test_where_the_site_takes_the_steps_the_callback_takes_none_either(run, settings):
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "WORKERS": "thread",
        "BASE_URL": "http://127.0.0.1:9",
    }
    assert call(run).status_code == 200
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.PROCESSING, "")
    assert is_woken(run)


def test_what_is_refused_is_logged_without_token_or_signature(run, signing, caplog):
    signature = "ab" * 32
    call(run, signature=signature)
    assert f"code=bad_signature run={run.pk}" in caplog.text
    assert signature not in caplog.text
    assert callbacks.make_token(run.pk) not in caplog.text.replace(
        reverse("product_isolation:callback", args=[callbacks.make_token(run.pk)]), ""
    )
