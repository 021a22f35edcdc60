import io
import logging
import traceback
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
    UploadFailed,
    api,
    uploads,
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
ASSET_ID = "019f1d02-a360-7593-86e0-ae435e292fbe"
BEGUN = datetime(2026, 7, 1, tzinfo=timezone.utc)
LINK = "https://files.example/o/teapot.webp?sig=1"
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
        client_of(server).get_run(RUN_ID)
        assert decoy.requests == []
        assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["", " ", "rf live", "rf_live\n", "rf_live\r\nX: y", "schlüssel"])
def test_unusable_key_is_refused_without_a_request(key):
    with HttpServer(reply_json(QUEUED)) as server, pytest.raises(AccountRefused) as caught:
        client_of(server, api_key=key).balance()
    assert server.requests == []
    assert caught.value.not_accepted
    assert key.strip() == "" or key not in str(caught.value)


def test_run_is_read_by_its_id():
    record = {
        **QUEUED,
        "status_code": "succeeded",
        "output": {"image_urls": [LINK]},
        "cost": "0.27",
    }
    with HttpServer(reply_json(record)) as server:
        run = client_of(server).get_run(RUN_ID)
        client_of(server).get_run(RUN_ID, add_signature=True)
        first, second = server.requests
    assert (first.method, first.target) == ("GET", f"/v1/runs/{RUN_ID}")
    assert second.target == f"/v1/runs/{RUN_ID}?add_signature=true"
    assert (run.status, run.cost) == (RunState.SUCCEEDED, Decimal("0.27"))


def test_links_over_plain_http_count_only_where_the_base_url_is_loopback(monkeypatch):
    local = {**QUEUED, "output": {"image_urls": ["http://127.0.0.1:1/o.webp", LINK]}}
    with HttpServer(reply_json(local)) as server:
        assert len(client_of(server).get_run(RUN_ID).output_urls) == 2
        monkeypatch.setattr(
            "django_product_isolation.runflow.client.is_loopback", lambda url: False
        )
        assert client_of(server).get_run(RUN_ID).output_urls == (LINK,)


def test_record_of_another_run_is_not_taken_for_this_one():
    error, _ = failure(lambda client: client.get_run(EARLIER), reply_json(QUEUED))
    assert type(error) is OutcomeUnknown


def test_run_id_in_capitals_is_the_same():
    with HttpServer(reply_json({**QUEUED, "id": RUN_ID.upper()})) as server:
        assert client_of(server).get_run(RUN_ID).id == RUN_ID.upper()


def test_run_that_is_not_there_is_not_found():
    error, _ = failure(lambda client: client.get_run(RUN_ID), envelope(404, "RUN_NOT_FOUND"))
    assert (type(error), error.code) == (NotFound, "RUN_NOT_FOUND")


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "a?b"])
def test_id_that_cannot_be_one_is_not_asked_for(run_id):
    error, requests = failure(lambda client: client.get_run(run_id), reply_json(QUEUED))
    assert type(error) is NotFound
    assert requests == []


def listing(*records, **more):
    return reply_json({"items": list(records), **more})


def ours(run_id, client_ref="ref"):
    return {**QUEUED, "id": run_id, "client_ref": client_ref}


def found(*answers, client_ref="ref"):
    with HttpServer(*answers) as server:
        search = client_of(server).find_runs(client_ref, BEGUN)
    return [run.id for run in search.runs], [request.query for request in server.requests]


def is_complete(*pages):
    """Whether a search that no filter answers, and that finds nothing, has seen all there is."""
    with HttpServer(listing(), listing(), *pages) as server:
        search = client_of(server).find_runs("ref", BEGUN)
    assert search.runs == []
    return search.is_complete


def test_run_is_found_by_the_first_filter():
    ids, queries = found(listing(ours(RUN_ID)))
    assert ids == [RUN_ID]
    assert queries == [{"limit": "200", "q": "client_ref.EQ:'ref'"}]


@pytest.mark.parametrize(
    "first", [envelope(400), envelope(422), listing(), listing(ours("x", "y"))]
)
def test_run_is_found_by_the_second_filter(first):
    ids, queries = found(first, listing(ours(RUN_ID)))
    assert ids == [RUN_ID]
    assert queries[1]["q"] == "client_ref:ref"


def test_run_is_found_among_the_newest_when_no_filter_works():
    ids, queries = found(
        envelope(422),
        envelope(400),
        listing(ours("a", "other"), next_pq="page 2"),
        listing(ours(RUN_ID), next="https://api.example/v1/runs?pq=page-3"),
        listing(ours(EARLIER), "no record", next_pq=None),
    )
    assert ids == [EARLIER, RUN_ID]
    newest = {"limit": "200", "sort_by": "created_at:desc"}
    assert queries[2:] == [newest, {**newest, "pq": "page 2"}, {**newest, "pq": "page-3"}]


def test_only_exactly_the_same_reference_counts_oldest_first_each_once():
    ids, _ = found(
        listing(
            ours(RUN_ID), ours("z", "REF"), ours("y", None), ours("x", "ref2"), ours(EARLIER),
            ours(RUN_ID),
        )
    )  # fmt: skip
    assert ids == [EARLIER, RUN_ID]


def test_nothing_found_is_an_empty_list():
    ids, queries = found(listing())
    assert ids == []
    assert len(queries) == 3


def test_search_ends_on_a_cursor_that_leads_back_and_after_25_pages():
    _, queries = found(listing(), listing(), listing(next_pq="a"), listing(next_pq="a"))
    assert len(queries) == 4
    pages = [listing(next_pq=str(number)) for number in range(50)]
    _, queries = found(listing(), listing(), *pages)
    assert len(queries) == 27


def test_run_whose_client_ref_was_dropped_is_found_by_its_metadata():
    record = {**QUEUED, "id": RUN_ID, "client_ref": None, "metadata": {"run": "ref"}}
    ids, _ = found(listing(), listing(), listing(record))
    assert ids == [RUN_ID]


def test_run_whose_metadata_was_dropped_is_found_by_its_client_ref():
    record = {**QUEUED, "id": RUN_ID, "client_ref": "ref", "metadata": None}
    assert found(listing(record))[0] == [RUN_ID]


def made(moment, **fields):
    return {**QUEUED, "client_ref": "other", "created_at": moment, **fields}


BEFORE, AFTER, LATER = "2026-06-30T10:00:00Z", "2026-07-01T10:00:00Z", "2026-07-02T10:00:00Z"


@pytest.mark.parametrize(
    "pages",
    [
        [listing()],
        [listing(made(LATER), made(AFTER))],
        [listing(made(LATER), made(BEFORE), next_pq="more")],
        [listing(made(LATER), next_pq="a"), listing(made(AFTER), made(BEFORE), next_pq="b")],
    ],
    ids=["none", "all", "reaches behind", "second page"],
)
def test_search_that_has_seen_all_runs_since_then_is_complete(pages):
    assert is_complete(*pages)


@pytest.mark.parametrize(
    "pages",
    [
        [listing(made(LATER), made(AFTER), next_pq="a")],
        [listing(made(BEFORE), made(LATER), next_pq="a")],
        [listing(made(AFTER), made(None), next_pq="a")],
        [listing(made("yesterday"), next_pq="a")],
        [listing({"id": RUN_ID, "status_code": "queued"})],
        [listing("no record")],
    ],
    ids=["cursor leads back", "oldest first", "no time", "no moment", "unlinked", "no record"],
)
def test_search_that_may_have_missed_a_run_is_not(pages):
    assert not is_complete(*pages)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([envelope(401)], AccountRefused),
        ([envelope(429)], RateLimited),
        ([envelope(500)], OutcomeUnknown),
        ([reply(b"<html>", 400)], OutcomeUnknown),
        ([reply_json({"items": None})], OutcomeUnknown),
        ([listing(), listing(), envelope(422)], Refused),
        ([listing({"id": "..", "client_ref": "ref"})], OutcomeUnknown),
    ],
)
def test_search_that_cannot_be_finished_never_says_that_nothing_is_there(answers, kind):
    error, requests = failure(lambda client: client.find_runs("ref", BEGUN), *answers, listing())
    assert type(error) is kind
    assert len(requests) == len(answers)


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
