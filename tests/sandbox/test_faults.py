import ast
from pathlib import Path

import pytest
import requests

from django_product_isolation.sandbox import behaviour
from django_product_isolation.sandbox.api import faults, urls
from django_product_isolation.sandbox.signing import callback_signature
from tests.http_server import HttpServer, reply
from tests.sandbox.client import wait_for


@pytest.fixture
def receiver():
    with HttpServer(reply()) as server:
        yield server


def runs_of(api):
    return api.get("/v1/runs").json()["items"]


def test_every_fault_has_a_way_to_happen():
    assert set(faults.ACTIONS) == set(behaviour.REQUEST_FAULTS)


def test_every_operation_is_a_view_that_faults_can_reach():
    calls = [n for n in ast.walk(ast.parse(Path(urls.__file__).read_text())) if is_reached(n)]
    names = {keyword.value.attr for call in calls for keyword in call.keywords}
    assert names | {"any"} == set(behaviour.OPERATIONS)


def is_reached(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("api", "public")


@pytest.mark.parametrize(("fault", "runs"), [("drop_before_create", 0), ("drop_after_create", 1)])
def test_the_connection_drops_before_or_after_creating(api, fault, runs):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.behave(fault=fault)
    with pytest.raises(requests.ConnectionError):
        api.create(asset, headers={"Idempotency-Key": "k"})
    assert len(runs_of(api)) == runs
    assert api.create(asset, headers={"Idempotency-Key": "k"}).status_code == 201
    assert len(runs_of(api)) == 1


def test_a_slow_reply_comes_after_the_run_exists(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.behave(fault="slow_reply", seconds=30)
    body = {"image_url": asset, "aspect_ratio": "1:1", "resolution": "1K"}
    with pytest.raises(requests.ReadTimeout):
        api.post("/v1/models/runflow/product-isolation/runs", json={"input": body}, timeout=0.3)
    assert len(runs_of(api)) == 1


def test_a_slow_reply_comes_in_the_end(api):
    api.behave(fault="slow_reply", seconds=0.05, on="health")
    assert api.get("/v1/health").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("rate_limited", 429, "RATE_LIMITED"),
        ("unauthorized", 401, "UNAUTHORIZED"),
        ("payment_required", 402, "INSUFFICIENT_CREDIT"),
        ("forbidden", 403, "PERMISSION_DENIED"),
        ("error_500", 500, "SANDBOX_INTERNAL_ERROR"),
        ("error_503", 503, "MODEL_UNAVAILABLE"),
    ],
)
def test_a_refusal_creates_nothing_and_lasts_as_often_as_asked(api, fault, status, code):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.behave(fault=fault, times=2)
    replies = [api.create(asset) for _ in range(3)]
    assert [r.status_code for r in replies] == [status, status, 201]
    assert replies[0].json()["code"] == code
    assert len(runs_of(api)) == 1


def test_a_fault_can_last_until_it_is_reset(api):
    api.behave(fault="error_503", on="get_balance", times=0)
    assert {api.get("/v1/billing/balance").status_code for _ in range(5)} == {503}
    assert api.get("/v1/auth/me").status_code == 200
    api.delete("/_sandbox/behaviour")
    assert api.get("/v1/billing/balance").status_code == 200


def test_a_fault_on_any_operation_leaves_the_switches_alone(api):
    api.behave(fault="drop_before_create", on="any", times=0)
    for path in ("/v1/runs", "/v1/health", "/files/x.webp"):
        with pytest.raises(requests.ConnectionError):
            api.get(path)
    assert api.get("/").status_code == 200
    assert api.delete("/_sandbox/behaviour").status_code == 200
    assert api.get("/v1/runs").status_code == 200


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({}, None),
        ({"retry_after": 3}, "3"),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"},) * 2,
    ],
)
def test_429_comes_with_or_without_retry_after(api, options, header):
    api.behave(fault="rate_limited", on="search_runs", **options)
    expected = header["retry_after"] if isinstance(header, dict) else header
    assert api.get("/v1/runs").headers.get("Retry-After") == expected


def test_an_error_can_come_after_the_run_exists(api):
    api.behave(fault="error_500_after")
    assert api.create().status_code == 500
    assert len(runs_of(api)) == 1


def test_a_redirect_creates_nothing(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.behave(fault="redirect")
    fields = {"image_url": asset, "aspect_ratio": "1:1", "resolution": "1K"}
    path = "/v1/models/runflow/product-isolation/runs"
    answer = api.post(path, json={"input": fields}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, api.url + "/")
    assert runs_of(api) == []


@pytest.mark.parametrize("fault", ["not_json", "cut_body"])
def test_the_reply_can_be_unreadable_although_the_run_exists(api, fault):
    api.behave(fault=fault)
    answer = api.create()
    assert answer.status_code == 201
    with pytest.raises(ValueError):
        answer.json()
    assert len(runs_of(api)) == 1


def test_a_run_can_fail_with_a_chosen_reason(api):
    api.behave(fault="run_failed", failure_code="TOO_BLURRED", failure_message="Too blurred")
    record = api.isolate()
    assert (record["status_code"], record["failure_code"]) == ("failed", "TOO_BLURRED")
    assert (record["failure_message"], record["failure_stage_code"]) == ("Too blurred", "dispatch")
    api.behave(fault="run_failed")
    assert api.isolate()["failure_code"] == "SANDBOX_FAILED_ON_DEMAND"
    assert api.isolate()["status_code"] == "succeeded"


def test_a_run_can_be_stuck_for_ever_also_over_a_restart(start, client_of):
    first = start()
    api = client_of(first)
    api.behave(fault="stuck_in_queued")
    stuck = api.create().json()["id"]
    api.behave(fault="unknown_state", state="polishing")
    unknown = api.create().json()["id"]
    wait_for(lambda: api.read(unknown)["status_code"] == "polishing")
    first.stop()
    api = client_of(start())
    api.isolate()
    assert api.read(stuck)["status_code"] == "queued"
    assert api.read(unknown)["status_code"] == "polishing"


def test_a_success_can_name_no_file(api):
    api.behave(fault="empty_output")
    record = api.isolate()
    assert (record["status_code"], record["output"]) == ("succeeded", {"image_urls": []})


def test_several_faults_meet_in_one_run_and_a_replay_uses_none_up(api, receiver):
    asset = f"runflow://assets/{api.upload()['id']}"
    first = api.create(asset, headers={"Idempotency-Key": "k"}).json()["id"]
    api.behave(fault="run_failed")
    api.behave(fault="no_callback")
    assert api.create(asset, headers={"Idempotency-Key": "k"}).json()["id"] == first
    record = api.isolate(image_url=asset, callback_url=receiver.url)
    assert record["status_code"] == "failed"
    assert api.get(f"/v1/runs/{record['id']}/callback").json() == []


def test_the_callback_can_come_before_the_reply(start, client_of, receiver):
    api = client_of(start())
    api.behave(fault="callback_before_reply")
    answer = api.create(callback_url=receiver.url)
    assert (answer.status_code, answer.json()["status_code"]) == (201, "queued")
    (call,) = receiver.requests
    assert call.json()["run_id"] == answer.json()["id"]
    assert api.read(answer.json()["id"])["status_code"] == "succeeded"
    (delivery,) = api.deliveries(answer.json()["id"])
    assert delivery["attempt_count"] == 1


def test_the_callback_can_come_twice_or_never(api, receiver):
    api.behave(fault="callback_twice")
    twice = api.isolate(callback_url=receiver.url)
    api.deliveries(twice["id"], count=2)
    assert len(receiver.requests) == 2
    assert len({call.body for call in receiver.requests}) == 1
    api.behave(fault="no_callback")
    never = api.isolate(callback_url=receiver.url)
    assert api.get(f"/v1/runs/{never['id']}/callback").json() == []


@pytest.fixture
def signing(start, client_of):
    return client_of(start(signing_secret="whsec_current"))


def signature_of(api, receiver, **changes):
    """Let a run end with a fault and return its signature beside the right one."""
    if changes:
        api.behave(**changes)
    record = api.isolate(callback_url=receiver.url)
    api.deliveries(record["id"])
    call = receiver.requests[-1]
    return call.headers.get("Runflow-Signature"), callback_signature("whsec_current", call.body)


def test_signatures_can_be_wrong_in_many_ways(signing, receiver):
    right, expected = signature_of(signing, receiver)
    assert right == expected
    bad, expected = signature_of(signing, receiver, fault="callback_bad_signature")
    assert bad != expected and len(bad) == 64
    missing, _ = signature_of(signing, receiver, fault="callback_no_signature")
    assert missing is None
    upper, expected = signature_of(signing, receiver, fault="callback_upper_signature")
    assert upper == expected.upper() != expected


def test_a_callback_can_be_signed_with_the_second_secret(signing, receiver):
    unsigned, _ = signature_of(signing, receiver, fault="callback_second_secret")
    assert unsigned is None
    second = signing.post("/v1/callback-secrets", json={}).json()["plain_secret"]
    other, first = signature_of(signing, receiver, fault="callback_second_secret")
    assert other != first
    assert other == callback_signature(second, receiver.requests[-1].body)


def test_a_callback_can_say_things_nobody_has_heard_of(api, receiver):
    for fault in ("callback_unknown_event", "callback_extra_fields"):
        api.behave(fault=fault)
        api.deliveries(api.isolate(callback_url=receiver.url)["id"])
    unknown, extra = (call.json() for call in receiver.requests)
    assert unknown["event"] == "run.archived"
    assert extra["event"] == "run.completed" and extra["schema_version"] == 2
