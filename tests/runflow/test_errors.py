import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from django_product_isolation.fetching import read_retry_after
from django_product_isolation.runflow.errors import (
    AccountRefused,
    Conflict,
    NotFound,
    NotReached,
    OutcomeUnknown,
    RateLimited,
    Refused,
    RunflowError,
    UploadFailed,
    error_from,
)

ENVELOPE = {"code": "SOME_CODE", "message": "Something is wrong.", "errors": None}


def error(status, document=ENVELOPE, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_from(status, named, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("status", "kind", "not_accepted", "can_retry"),
    [
        (400, Refused, True, False),
        (401, AccountRefused, True, False),
        (402, AccountRefused, True, False),
        (403, AccountRefused, True, False),
        (404, NotFound, True, False),
        (405, Refused, True, False),
        (409, Conflict, False, False),
        (413, Refused, True, False),
        (415, Refused, True, False),
        (422, Refused, True, False),
        (429, RateLimited, True, True),
        # A status that is not in the table proves nothing, envelope or not.
        *[
            (status, OutcomeUnknown, False, True)
            for status in (100, 199, 301, 302, 303, 304, 307, 308, 406, 408, 410, 418, 425, 451)
        ],
        *[(status, OutcomeUnknown, False, True) for status in (499, 500, 501, 502, 503, 504, 599)],
    ],
)
def test_status_with_an_envelope_means(status, kind, not_accepted, can_retry):
    found = error(status)
    assert type(found) is kind
    assert (found.not_accepted, found.can_retry) == (not_accepted, can_retry)
    assert (found.status, found.code, found.detail) == (status, "SOME_CODE", "Something is wrong.")


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 429, 500, 502])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><title>403 Forbidden</title></html>",
        b'{"message": "Forbidden"}',
        b'{"code": 1020, "message": "Access denied"}',
        b'{"error": "forbidden"}',
        b'{"detail": []}',
        b"[]",
        b"null",
        b"[" * 100_000,
    ],
)
def test_reply_that_is_not_runflows_own_proves_nothing(status, body):
    found = error_from(status, {}, body)
    assert type(found) is OutcomeUnknown
    assert not found.not_accepted
    assert found.status == status


@pytest.mark.parametrize(
    ("document", "code", "detail"),
    [
        ({"code": "A", "message": "no", "errors": None}, "A", "no"),
        (
            {
                "code": "A",
                "message": "no",
                "errors": [{"field": "image_url", "message": "must be secure"}, "other", 7],
            },
            "A",
            "no image_url: must be secure other",
        ),
        ({"error": {"code": "B", "message": "no"}}, "B", "no"),
        ({"detail": {"code": "C", "message": "no"}}, "C", "no"),
        ({"detail": "no such run"}, "", "no such run"),
        (
            {"detail": [{"loc": ["body", "input", 0], "msg": "field required"}]},
            "",
            "body.input.0: field required",
        ),
    ],
)
def test_every_shape_of_an_envelope_is_read(document, code, detail):
    found = error(422, document)
    assert type(found) is Refused
    assert (found.code, found.detail.strip()) == (code, detail)


def test_error_keeps_the_request_id_and_says_what_support_needs():
    found = error(422, Runflow_Request_Id="req-7")
    assert found.request_id == "req-7"
    assert str(found) == "Refused status=422 code=SOME_CODE request_id=req-7 Something is wrong."
    assert str(NotReached()) == "NotReached"


def test_texts_of_an_error_are_short_and_without_links():
    message = "cannot fetch https://shop.example/a.jpg?sig=canary\n" + "x" * 1000
    found = error(422, {"code": "c" * 500, "message": message}, Runflow_Request_Id="r" * 500)
    assert (found.detail, found.code, found.request_id) == ("cannot fetch \u2026", "\u2026", "")
    long = error(422, {"code": "C", "message": "word " * 1000})
    assert 290 < len(long.detail) <= 300


def test_every_error_is_a_runflow_error():
    for kind in (NotReached, UploadFailed, Refused, OutcomeUnknown):
        assert issubclass(kind, RunflowError)
    for kind in (RateLimited, AccountRefused, NotFound, Conflict):
        assert issubclass(kind, Refused)


def test_what_proves_that_no_run_exists():
    kinds = (NotReached, UploadFailed, Refused, RateLimited, AccountRefused, NotFound)
    assert all(kind.not_accepted for kind in kinds)
    assert not Conflict.not_accepted
    assert not OutcomeUnknown.not_accepted
    assert not RunflowError.not_accepted


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("1.5", 1.5),
        ("600", 600),
        ("86400", 600),
        ("1e300", 600),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("-inf", None),
        ("", None),
        ("soon", None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", None),
        ("Mon, 99 Jan 2001 00:00:00 GMT", None),
        ("Mon, 01 Jan 999999999999 00:00:00 GMT", None),
        ("Fri, 01 Jan 9999 00:00:00 GMT", 600),
        ("Fri, 01 Jan 9999 00:00:00 -0000", 600),
    ],
)
def test_retry_after_is_read_and_bounded(value, seconds):
    assert read_retry_after(value) == seconds
    assert error(429, Retry_After=value).retry_after == seconds


def test_retry_after_may_be_a_date():
    soon = datetime.now(timezone.utc) + timedelta(seconds=300)
    assert 200 < read_retry_after(format_datetime(soon, usegmt=True)) <= 300


def test_rate_limit_without_a_header_names_no_time():
    assert error(429).retry_after is None
