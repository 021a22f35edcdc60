"""Images are uploaded in three steps, each of which may be repeated."""

import io
import logging
import traceback

import pytest

from django_product_isolation.runflow import (
    AccountRefused,
    NotReached,
    RateLimited,
    Refused,
    UploadFailed,
    uploads,
)
from tests.http_server import (
    HttpServer,
    free_port,
    hang_up,
    reply,
    reply_json,
    say_nothing,
)

from .test_client import BEGUN, KEY, REQUEST, client_of, create, envelope, failure

ASSET_ID = "019f1d02-a360-7593-86e0-ae435e292fbe"


BODY = bytes(range(256)) * 300


def upload(client, body=BODY):
    return client.upload(
        io.BytesIO(body), filename="mug.jpg", mime_type="image/jpeg", size=len(body)
    )


class Storage(HttpServer):
    """The three steps of an upload; ``trouble`` names what each request meets first."""

    def __init__(self, **trouble):
        super().__init__(self.answer)
        self.trouble = {step: list(answers) for step, answers in trouble.items()}
        self.session = {"asset_id": ASSET_ID, "upload_url": f"{self.url}/u?sig=canary"}
        self.asset = {"id": ASSET_ID, "url": f"{self.url}/a?sig=1", "mime_type": "image/jpeg"}

    def answer(self, handler):
        last = {"/v1/asset-uploads": "declare", "/u": "send"}
        step = last.get(handler.request_seen.path, "confirm")
        usual = {
            "declare": reply_json(self.session, 201),
            "send": reply(status=200),
            "confirm": reply_json(self.asset, 201),
        }
        trouble = self.trouble.get(step)
        (trouble.pop(0) if trouble else usual[step])(handler)

    @property
    def steps(self):
        return [f"{request.method} {request.path}" for request in self.requests]


DECLARE, SEND = "POST /v1/asset-uploads", "PUT /u"

CONFIRM = f"POST /v1/asset-uploads/{ASSET_ID}/confirmations"


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(uploads, "RETRY_PAUSES", (0, 0))


def test_image_is_uploaded_in_three_steps():
    with Storage() as server:
        asset = upload(client_of(server))
        declared, sent, confirmed = server.requests
    assert (asset.id, asset.url) == (ASSET_ID, server.asset["url"])
    assert server.steps == [DECLARE, SEND, CONFIRM]
    assert declared.json() == {
        "filename": "mug.jpg",
        "mime_type": "image/jpeg",
        "size_bytes": len(BODY),
    }
    assert (sent.body, sent.headers["Content-Type"]) == (BODY, "image/jpeg")
    assert "Authorization" not in sent.headers
    assert confirmed.json() == {}
    assert confirmed.headers["Authorization"] == f"Bearer {KEY}"


def test_each_step_is_repeated_on_passing_trouble(no_pauses):
    with Storage(
        declare=[hang_up, envelope(503)],
        send=[reply(status=500), hang_up],
        confirm=[reply(b"<html>", 502), envelope(500)],
    ) as server:
        upload(client_of(server))
    assert server.steps == [DECLARE] * 3 + [SEND] * 3 + [CONFIRM] * 3
    assert {request.body for request in server.requests if request.method == "PUT"} == {BODY}


def test_expired_link_starts_the_upload_again_once(no_pauses):
    with Storage(send=[reply(status=403)]) as server:
        upload(client_of(server))
    assert server.steps == [DECLARE, SEND, DECLARE, SEND, CONFIRM]
    with Storage(send=[reply(status=403)] * 2) as server, pytest.raises(UploadFailed) as caught:
        upload(client_of(server))
    assert (caught.value.code, caught.value.can_retry) == ("link_refused", True)
    assert server.steps == [DECLARE, SEND, DECLARE, SEND]


@pytest.mark.parametrize(
    ("trouble", "code", "steps"),
    [
        ({"declare": [envelope(500)] * 3}, "SOME_CODE", 3),
        ({"declare": [reply_json({"asset_id": "a"}, 201)] * 3}, "unreadable_reply", 3),
        ({"send": [reply(status=503)] * 3}, "unreachable", 4),
        ({"confirm": [hang_up] * 3}, "cut_off", 5),
        ({"confirm": [reply_json({"id": ASSET_ID}, 201)] * 3}, "unreadable_reply", 5),
    ],
)
def test_upload_that_keeps_failing_asked_for_no_run(no_pauses, trouble, code, steps):
    with Storage(**trouble) as server, pytest.raises(UploadFailed) as caught:
        upload(client_of(server))
    assert (caught.value.code, caught.value.not_accepted) == (code, True)
    assert len(server.steps) == steps


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AccountRefused), (402, AccountRefused), (422, Refused), (429, RateLimited)],
)
def test_refusal_is_not_repeated(status, kind):
    with Storage(declare=[envelope(status)]) as server, pytest.raises(kind):
        upload(client_of(server))
    assert server.steps == [DECLARE]


def test_image_is_not_sent_to_an_unsafe_address():
    for url in (
        "http://10.0.0.1/u",
        "https://169.254.169.254/u",
        f"http://127.0.0.1:{free_port()}/u",
    ):
        with Storage() as server, pytest.raises(UploadFailed) as caught:
            server.session["upload_url"] = url
            upload(client_of(server))
        assert (caught.value.code, caught.value.can_retry) == ("unsafe_address", False)
        assert server.steps == [DECLARE]


def test_upload_ends_when_its_time_is_over(monkeypatch, no_pauses):
    monkeypatch.setattr(uploads, "WHOLE_SECONDS", 0.5)
    with Storage(declare=[say_nothing]) as server, pytest.raises(NotReached):
        upload(client_of(server))
    assert server.steps == [DECLARE]


def test_nothing_secret_in_errors_logs_or_representations(caplog, no_pauses):
    caplog.set_level(logging.DEBUG)
    echo = reply_json({"code": KEY, "message": f"key {KEY} for https://a.example/?sig=canary"}, 422)
    told = []
    for call, answers in (
        (create, [echo]),
        (create, [hang_up]),
        (create, [reply(f"<html>{KEY}</html>".encode(), 502)]),
        (lambda client: client.find_runs(KEY, BEGUN), [hang_up]),
    ):
        error, _ = failure(call, *answers)
        told.append("".join(traceback.format_exception(error)))
    with Storage(send=[reply(status=500)] * 3) as server:
        client = client_of(server)
        with pytest.raises(UploadFailed) as caught:
            upload(client)
    told += ["".join(traceback.format_exception(caught.value)), repr(client), repr(REQUEST)]
    assert "canary" not in "".join(told) + caplog.text
    assert "token" not in repr(REQUEST)
    assert "runflow_reply method=POST route=/v1/asset-uploads status=201" in caplog.text


@pytest.mark.parametrize("status", [429, 503])
def test_who_says_when_to_come_back_is_not_asked_at_once_again(status):
    def upload(client):
        return client.upload(io.BytesIO(b"x"), filename="x.png", mime_type="image/png", size=1)

    error, requests = failure(upload, envelope(status, Retry_After="90"))
    assert error.retry_after == 90
    assert len(requests) == 1
