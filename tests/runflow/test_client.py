from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from django_product_isolation.runflow import (
    AccountRefused,
    Conflict,
    NotFound,
    NotReached,
    OutcomeUnknown,
    RateLimited,
    Refused,
    RunflowClient,
    RunflowError,
    RunRequest,
    RunState,
    api,
)
from tests.http_server import (
    HttpServer,
    certificate,
    free_port,
    hang_up,
    reply,
    reply_json,
    reply_raw,
    say_nothing,
)

KEY = "rf_live_canary"
RUN_ID = "019f1d03-8dc0-7cba-a551-2100f80b56fc"
EARLIER = "019f1d03-0000-7cba-a551-2100f80b56fc"
LINK = "https://files.example/o/teapot.webp?sig=1"
BEGUN = datetime(2026, 7, 1, tzinfo=timezone.utc)
QUEUED = {"id": RUN_ID, "status_code": "queued", "output": None, "cost": None}
REQUEST = RunRequest(
    image_url="https://media.shop.example/originals/teapot-7.jpg",
    aspect_ratio="4:5",
    resolution="2K",
    prompt="the enamel teapot",
    callback_url="https://shop.example/hooks/runflow/token",
    metadata={"run": "7"},
    client_ref="7",
    idempotency_key="key-7",
)


def client_of(server, **options):
    options = {
        "base_url": server.url,
        "api_key": KEY,
        "model": "runflow/product-isolation",
    } | options
    return RunflowClient(**options)


def envelope(status, code="SOME_CODE", **headers):
    return reply_json({"code": code, "message": "No.", "errors": None}, status, **headers)


def failure(call, *answers):
    """The error of ``call(client)`` against a server that answers so, and what the server saw."""
    with HttpServer(*answers) as server, pytest.raises(RunflowError) as caught:
        call(client_of(server))
    return caught.value, server.requests


def create(client):
    return client.create_run(REQUEST)


def test_run_is_created_with_one_request_as_the_contract_has_it():
    with HttpServer(reply_json(QUEUED, 201)) as server:
        run = create(client_of(server))
        (request,) = server.requests
    assert (run.id, run.status, run.is_terminal) == (RUN_ID, RunState.QUEUED, False)
    assert (request.method, request.target) == ("POST", "/v1/models/runflow/product-isolation/runs")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Idempotency-Key"] == "key-7"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Connection"] == "close"
    assert request.json() == {
        "input": {
            "image_url": "https://media.shop.example/originals/teapot-7.jpg",
            "aspect_ratio": "4:5",
            "resolution": "2K",
            "prompt": "the enamel teapot",
        },
        "callback_url": "https://shop.example/hooks/runflow/token",
        "metadata": {"run": "7"},
        "client_ref": "7",
    }


def test_fields_that_say_nothing_are_not_sent():
    request = RunRequest(
        image_url="https://a.example/1.jpg",
        aspect_ratio="1:1",
        resolution="1K",
        client_ref="7",
        idempotency_key="7",
    )
    with HttpServer(reply_json(QUEUED, 201)) as server:
        client_of(server).create_run(request)
        assert server.requests[0].json() == {
            "input": {
                "image_url": "https://a.example/1.jpg",
                "aspect_ratio": "1:1",
                "resolution": "1K",
            },
            "client_ref": "7",
        }


def test_same_request_has_the_same_bytes():
    metadata = [{"run": "7", "batch": "2"}, {"batch": "2", "run": "7"}]
    with HttpServer(reply_json(QUEUED, 201)) as server:
        for same in metadata:
            client_of(server).create_run(replace(REQUEST, metadata=same))
        first, second = server.requests
    assert first.body == second.body


def test_each_part_of_a_model_name_is_encoded_by_itself():
    with HttpServer(reply_json(QUEUED, 201)) as server:
        client_of(server, model="runflow/object removal/a?b").create_run(REQUEST)
        assert server.requests[0].target == "/v1/models/runflow/object%20removal/a%3Fb/runs"


def test_base_url_may_end_in_a_slash_or_hold_a_path():
    with HttpServer(reply_json(QUEUED, 201)) as server:
        client_of(server, base_url=server.url + "/").create_run(REQUEST)
        client_of(server, base_url=server.url + "/runflow").create_run(REQUEST)
        assert [request.path for request in server.requests] == [
            "/v1/models/runflow/product-isolation/runs",
            "/runflow/v1/models/runflow/product-isolation/runs",
        ]


def test_any_2xx_is_success_and_a_reply_may_be_finished_already():
    done = {"run_id": RUN_ID, "status": "succeeded", "output": {"image_urls": [LINK]}}
    with HttpServer(reply_json(done, 200)) as server:
        run = create(client_of(server))
    assert (run.is_terminal, run.output_urls) == (True, (LINK,))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, AccountRefused),
        (402, AccountRefused),
        (403, AccountRefused),
        (404, NotFound),
        (422, Refused),
        (429, RateLimited),
    ],
)
def test_refusal_of_runflows_own_proves_that_no_run_was_accepted(status, kind):
    error, requests = failure(create, envelope(status, Runflow_Request_Id="req-7"))
    assert type(error) is kind
    assert error.not_accepted
    assert (error.status, error.code, error.request_id) == (status, "SOME_CODE", "req-7")
    assert len(requests) == 1


def test_retry_after_is_handed_on():
    error, _ = failure(create, envelope(429, Retry_After="17"))
    assert error.retry_after == 17


@pytest.mark.parametrize(
    "answer",
    [
        envelope(409, "CONFLICT"),
        envelope(500),
        envelope(503, "MODEL_UNAVAILABLE"),
        envelope(408),
        reply(b"<html>bad gateway</html>", 502),
        reply(b"<html>forbidden</html>", 403),
        reply_json({"message": "Forbidden"}, 403),
        reply(status=301, Location="/v1/elsewhere"),
        reply_json(QUEUED, 302),
        reply(status=307, Location="/v1/elsewhere"),
        reply(b"ok"),
        reply(b""),
        reply(status=204),
        reply_json({}, 202),
        reply_json({"id": None}, 201),
        reply_json([QUEUED], 201),
        reply_raw(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n" + b'{"id": "019f'),
        reply_raw(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"),
        reply_raw(b"HTTP/1.1 201 Cre"),
        reply_raw(b""),
        hang_up,
    ],
)
def test_whatever_else_happens_after_sending_leaves_the_outcome_open(answer):
    error, requests = failure(create, answer)
    assert isinstance(error, OutcomeUnknown | Conflict)
    assert not error.not_accepted
    assert len(requests) == 1


def test_silence_leaves_the_outcome_open():
    with HttpServer(say_nothing) as server, pytest.raises(OutcomeUnknown) as caught:
        api.Api(base_url=server.url, api_key=KEY).call("POST", "/v1", reader=dict, seconds=0.3)
    assert (caught.value.code, caught.value.not_accepted) == ("too_slow", False)
    assert len(server.requests) == 1


def test_nobody_listening_proves_that_no_run_was_accepted():
    client = RunflowClient(base_url=f"http://127.0.0.1:{free_port()}", api_key=KEY, model="a/b")
    with pytest.raises(NotReached) as caught:
        create(client)
    assert (caught.value.not_accepted, caught.value.can_retry) == (True, True)


@pytest.mark.parametrize(
    "base_url",
    ["http://no-such-name.invalid", "https://no-such-name.invalid", "nonsense", "http://"],
)
def test_name_that_leads_nowhere_proves_that_no_run_was_accepted(base_url):
    with pytest.raises(NotReached):
        create(RunflowClient(base_url=base_url, api_key=KEY, model="a/b"))


def test_failed_handshake_proves_that_no_run_was_accepted(tmp_path):
    untrusted, _ = certificate(tmp_path, "api.example")
    with HttpServer(reply_json(QUEUED), tls=untrusted) as server:
        with pytest.raises(NotReached):
            create(client_of(server))
        assert server.requests == []


def test_server_without_tls_proves_that_no_run_was_accepted():
    with HttpServer(reply_json(QUEUED)) as server, pytest.raises(NotReached):
        create(client_of(server, base_url=server.url.replace("http:", "https:")))


def test_redirect_is_not_followed_not_even_with_an_endless_body():
    with HttpServer(reply()) as other:
        head = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {other.url}/\r\n\r\n".encode()
        error, requests = failure(create, reply_raw(head, b"x" * 1000))
        assert (type(error), error.status) == (OutcomeUnknown, 307)
        assert len(requests) == 1
        assert other.requests == []


def test_reply_beyond_all_measure_is_not_read(monkeypatch):
    monkeypatch.setattr(api, "MAX_REPLY", 1000)
    error, _ = failure(create, reply_json({**QUEUED, "x": "y" * 1000}, 201))
    assert (type(error), error.code) == (OutcomeUnknown, "reply_too_large")


def test_proxy_and_netrc_of_the_environment_are_not_used(monkeypatch, tmp_path):
    with HttpServer(reply_json(QUEUED)) as decoy, HttpServer(reply_json(QUEUED)) as server:
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, decoy.url)
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        client_of(server).get_run(RUN_ID, "7")
        assert decoy.requests == []
        assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["", " ", "rf live", "rf_live\n", "rf_live\r\nX: y", "schlüssel"])
def test_unusable_key_is_refused_without_a_request(key):
    with HttpServer(reply_json(QUEUED)) as server, pytest.raises(AccountRefused) as caught:
        client_of(server, api_key=key).balance()
    assert server.requests == []
    assert caught.value.not_accepted
    assert key.strip() == "" or key not in str(caught.value)


def listing(*records, **more):
    return reply_json({"items": list(records), **more})


def test_balance_is_in_usd_or_unknown():
    answers = [{"balance_cents": 1234, "currency": "USD"}, {"balance": "9.50"}, {"credits": 3}]
    with HttpServer(*map(reply_json, answers)) as server:
        balances = [client_of(server).balance() for _ in answers]
        assert {request.target for request in server.requests} == {"/v1/billing/balance"}
    assert balances == [Decimal("12.34"), Decimal("9.50"), None]


def test_a_ping_costs_nothing_and_says_whether_runflow_answers():
    with HttpServer(listing()) as server:
        client_of(server).ping()
        [request] = server.requests
        assert (request.method, request.target) == ("GET", "/v1/runs?limit=1")
    error, _ = failure(lambda client: client.ping(), envelope(503))
    assert type(error) is OutcomeUnknown
