import json
from datetime import datetime

import pytest

from django_product_isolation.sandbox.signing import callback_signature
from tests.http_server import (
    HttpServer,
    free_port,
    hang_up,
    reply,
    reply_raw,
    say_nothing,
)
from tests.sandbox.client import wait_for

SECRET = "whsec_shared_by_shop_and_sandbox"


@pytest.fixture
def receiver():
    """The shop: answers 200 unless told otherwise."""
    with HttpServer(reply()) as server:
        yield server


@pytest.fixture
def signed(start, client_of):
    """A client of a sandbox that signs, and retries without making the test wait."""
    return client_of(start(signing_secret=SECRET, callback_delays=(0, 0.01, 0.02)))


def only(receiver, count=1):
    """Wait for so many callbacks and return them."""
    wait_for(lambda: len(receiver.requests) >= count)
    return receiver.requests[:count]


def test_the_signature_is_the_known_one():
    body = (
        b'{"event":"run.completed","run_id":"019f1d03-8dc0-7cba-a551-2100f80b56fc",'
        b'"status":"succeeded","output":{"image_urls":'
        b'["https://files.example.test/o/teapot.webp?sig=abc"]},"duration_ms":31840,'
        b'"created_at":"2026-07-01T09:30:00.120000+00:00",'
        b'"completed_at":"2026-07-01T09:30:31.960000+00:00","metadata":{"sku":"TEAPOT-7"}}'
    )
    expected = "da91801da986b3a5cfbe5944ae7930b5988e7b25bc7888e1aa8e6daabaf32e0d"
    assert callback_signature("whsec_example_only", body) == expected


def test_a_success_is_called_back_as_the_contract_says(signed, receiver):
    metadata = {"sku": "TEAPOT-7", "price": 1.0, "name": "Käse ☃"}
    record = signed.isolate(callback_url=receiver.url + "/hook?token=t", metadata=metadata)
    (call,) = only(receiver)
    body = call.json()
    assert (call.method, call.target) == ("POST", "/hook?token=t")
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers["Runflow-Request-Id"]
    assert call.headers["Runflow-Signature"] == callback_signature(SECRET, call.body)
    assert list(body) == [
        *("event", "run_id", "status", "output", "duration_ms"),
        *("created_at", "completed_at", "metadata"),
    ]
    assert (body["event"], body["status"]) == ("run.completed", "succeeded")
    assert body["run_id"] == record["id"] and body["metadata"] == metadata
    assert body["output"]["image_urls"][0].startswith(signed.url)
    assert body["created_at"].endswith("+00:00") and body["completed_at"].endswith("+00:00")
    record_time = datetime.fromisoformat(record["completed_at"].replace("Z", "+00:00"))
    assert datetime.fromisoformat(body["completed_at"]) == record_time


def test_without_a_secret_there_is_no_signature(api, receiver):
    api.isolate(callback_url=receiver.url)
    (call,) = only(receiver)
    assert "Runflow-Signature" not in call.headers


@pytest.mark.parametrize(
    ("fault", "event", "status"),
    [
        ("run_failed", "run.failed", "failed"),
        ("run_cancelled", "run.cancelled", "cancelled"),
    ],
)
def test_a_bad_end_is_called_back_without_output(signed, receiver, fault, event, status):
    signed.behave(fault=fault)
    signed.isolate(callback_url=receiver.url)
    body = only(receiver)[0].json()
    assert (body["event"], body["status"], body["output"]) == (event, status, None)


def test_a_failure_can_carry_an_envelope(signed, receiver):
    signed.behave(failure_output="envelope", fault="run_failed", failure_code="TOO_BLURRED")
    signed.isolate(callback_url=receiver.url)
    assert only(receiver)[0].json()["output"]["error"]["code"] == "TOO_BLURRED"


def test_a_server_error_is_tried_again_with_the_same_bytes(signed, receiver):
    receiver.answers[:] = [reply(b"sorry", 502), hang_up, reply()]
    record = signed.isolate(callback_url=receiver.url)
    (delivery,) = signed.deliveries(record["id"])
    calls = only(receiver, 3)
    assert len({call.body for call in calls}) == 1
    assert len({call.headers["Runflow-Signature"] for call in calls}) == 1
    assert (delivery["status_code"], delivery["attempt_count"]) == ("succeeded", 3)
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [502, None, 200]
    assert delivery["attempts"][0]["response_body"] == "sorry"
    assert delivery["attempts"][1]["error_message"] == "ConnectionError"
    assert delivery["payload_bytes"].encode() == calls[0].body
    assert delivery["payload"] == calls[0].json()
    assert delivery["is_automatic"] is True and delivery["signing_secret_id"]
    assert "signature" not in delivery


def test_three_attempts_are_the_end(signed, receiver):
    receiver.answers[:] = [reply(b"", 500)]
    record = signed.isolate(callback_url=receiver.url)
    (delivery,) = signed.deliveries(record["id"])
    assert (delivery["status_code"], delivery["attempt_count"]) == ("failed", 3)
    assert delivery["failure_reason_code"] == "SANDBOX_HTTP_STATUS"
    assert delivery["next_attempt_at"] is None
    assert len(receiver.requests) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429])
def test_any_other_answer_is_final(signed, receiver, status):
    receiver.answers[:] = [reply(b"", status, Location=receiver.url)]
    record = signed.isolate(callback_url=receiver.url)
    (delivery,) = signed.deliveries(record["id"])
    assert (delivery["status_code"], delivery["attempt_count"]) == ("failed", 1)
    assert len(receiver.requests) == 1


def test_any_other_answer_can_be_tried_again_too(signed, receiver):
    signed.behave(callback_retry="any_failure")
    receiver.answers[:] = [reply(b"", 400), reply()]
    record = signed.isolate(callback_url=receiver.url)
    (delivery,) = signed.deliveries(record["id"])
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [400, 200]


def test_the_default_waits_are_those_of_the_contract(sandbox):
    assert sandbox.config.callback_delays == (0, 1, 2)


def test_nobody_listening_is_tried_three_times(signed):
    record = signed.isolate(callback_url=f"http://127.0.0.1:{free_port()}/hook")
    (delivery,) = signed.deliveries(record["id"])
    assert (delivery["status_code"], delivery["attempt_count"]) == ("failed", 3)
    assert delivery["failure_reason_code"] == "SANDBOX_NO_ANSWER"
    assert delivery["failure_detail"] == "ConnectionError"


def test_a_receiver_that_says_nothing_is_a_network_error(start, client_of, receiver):
    receiver.answers[:] = [say_nothing, reply()]
    api = client_of(start(callback_timeout=0.2, callback_delays=(0, 0.01)))
    record = api.isolate(callback_url=receiver.url)
    (delivery,) = api.deliveries(record["id"])
    assert delivery["attempts"][0]["error_message"] == "ReadTimeout"
    assert delivery["status_code"] == "succeeded"


def test_a_status_is_an_answer_even_where_the_rest_is_broken(signed, receiver):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    receiver.answers[:] = [reply_raw(head, b"nonsense\r\n")]
    record = signed.isolate(callback_url=receiver.url)
    (delivery,) = signed.deliveries(record["id"])
    assert (delivery["status_code"], delivery["attempt_count"]) == ("succeeded", 1)


def test_the_real_runflow_is_never_called(signed):
    record = signed.isolate(callback_url="https://api.runflow.io/hook")
    (delivery,) = signed.deliveries(record["id"])
    assert delivery["failure_detail"] == "InvalidURL"


def test_a_host_that_cannot_be_is_a_failed_delivery(signed):
    record = signed.isolate(callback_url="http://" + "a" * 70 + "\u2603.example/")
    (delivery,) = signed.deliveries(record["id"])
    assert delivery["status_code"] == "failed"


def test_a_run_without_callback_url_has_no_history(api):
    record = api.isolate()
    assert api.get(f"/v1/runs/{record['id']}/callback").json() == []
    reply = api.post(f"/v1/runs/{record['id']}/callback-redeliveries")
    assert reply.status_code == 422


def test_a_run_in_flight_cannot_be_redelivered(api, receiver):
    api.behave(fault="stuck_in_queued")
    run_id = api.create(callback_url=receiver.url).json()["id"]
    reply = api.post(f"/v1/runs/{run_id}/callback-redeliveries")
    assert (reply.status_code, reply.json()["code"]) == (409, "CONFLICT")


def test_a_redelivery_is_a_new_delivery_with_a_fresh_payload(signed, receiver):
    record = signed.isolate(callback_url=receiver.url)
    signed.deliveries(record["id"])
    signed.behave(output_shape="list")
    again = signed.post(f"/v1/runs/{record['id']}/callback-redeliveries")
    assert again.status_code == 201
    first, second = signed.deliveries(record["id"], count=2)
    assert (first["is_automatic"], second["is_automatic"]) == (True, False)
    assert first["id"] != second["id"] == again.json()["id"]
    bodies = [call.json()["output"] for call in only(receiver, 2)]
    assert list(bodies[0]) == ["image_urls"] and isinstance(bodies[1], list)


def test_history_can_be_an_object(signed, receiver):
    signed.behave(history_shape="object")
    record = signed.isolate(callback_url=receiver.url)
    only(receiver)
    assert signed.get(f"/v1/runs/{record['id']}/callback").json()["run_id"] == record["id"]
    assert signed.get(f"/v1/runs/{signed.isolate()['id']}/callback").json() == {}


def test_a_callback_that_was_due_is_sent_after_a_restart(start, client_of, receiver):
    receiver.answers[:] = [reply(b"", 503), reply()]
    first = start(callback_delays=(0, 60))
    api = client_of(first)
    record = api.isolate(callback_url=receiver.url)
    only(receiver)
    wait_for(lambda: api.get(f"/v1/runs/{record['id']}/callback").json()[0]["attempts"])
    waiting = api.get(f"/v1/runs/{record['id']}/callback").json()[0]
    assert waiting["status_code"] == "pending" and waiting["next_attempt_at"].endswith("Z")
    first.services.database.execute("UPDATE delivery SET due_at = 0")
    first.stop()
    (delivery,) = client_of(start()).deliveries(record["id"])
    assert delivery["status_code"] == "succeeded"


def secrets_of(api):
    return api.get("/v1/callback-secrets").json()["items"]


def test_a_secret_is_shown_once_and_signs_at_once(api, receiver):
    created = api.post("/v1/callback-secrets", json={"label": "shop"})
    secret = created.json()["plain_secret"]
    assert created.status_code == 201 and secret.startswith("whsec_")
    record = api.get(f"/v1/callback-secrets/{created.json()['id']}").json()
    assert record["is_current"] is True and record["label"] == "shop"
    assert secret.startswith(record["key_prefix"])
    assert secret not in json.dumps([record, secrets_of(api)])
    api.isolate(callback_url=receiver.url)
    (call,) = only(receiver)
    assert call.headers["Runflow-Signature"] == callback_signature(secret, call.body)
    assert secrets_of(api)[0]["last_used_at"]


def test_a_rotation_promotes_one_and_keeps_the_other(api):
    first, second = (api.post("/v1/callback-secrets", json={}).json() for _ in range(2))
    assert [s["is_current"] for s in secrets_of(api)] == [True, False]
    path = f"/v1/callback-secrets/{second['id']}"
    promoted = api.patch(path, json={"is_current": True, "label": "new"})
    assert promoted.json()["is_current"] is True and promoted.json()["label"] == "new"
    assert [s["is_current"] for s in secrets_of(api)] == [False, True]
    assert [s["id"] for s in secrets_of(api)] == [first["id"], second["id"]]


def test_a_secret_can_be_renamed_alone(api):
    secret = api.post("/v1/callback-secrets", json={"label": "old"}).json()
    renamed = api.patch(f"/v1/callback-secrets/{secret['id']}", json={"label": "new"}).json()
    assert (renamed["label"], renamed["is_current"]) == ("new", True)
    same = api.patch(f"/v1/callback-secrets/{secret['id']}", json={"is_current": True}).json()
    assert (same["label"], same["is_current"]) == ("new", True)


@pytest.mark.parametrize("body", [{"label": 5}, {"label": "l" * 256}, {"is_current": False}])
def test_a_bad_change_of_a_secret_is_refused(api, body):
    secret = api.post("/v1/callback-secrets", json={}).json()
    assert api.patch(f"/v1/callback-secrets/{secret['id']}", json=body).status_code == 422


def test_a_foreign_secret_looks_like_a_missing_one(api, sandbox, client_of):
    secret = api.post("/v1/callback-secrets", json={}).json()
    stranger = client_of(sandbox)
    for secret_id in (secret["id"], "missing"):
        assert stranger.get(f"/v1/callback-secrets/{secret_id}").status_code == 404
    assert secrets_of(stranger) == []


def test_the_shared_secret_belongs_to_every_organisation_once(start, client_of):
    first = start(signing_secret=SECRET)
    api = client_of(first)
    api.get("/v1/auth/me")
    assert len(secrets_of(api)) == 1
    first.stop()
    again = client_of(start(signing_secret=SECRET))
    assert len(secrets_of(again)) == 1
    second = start(signing_secret="whsec_another_one")
    assert [s["is_current"] for s in secrets_of(client_of(second))] == [False, True]


def test_a_promoted_secret_stays_current_beside_the_shared_one(signed):
    other = signed.post("/v1/callback-secrets", json={}).json()
    signed.patch(f"/v1/callback-secrets/{other['id']}", json={"is_current": True})
    assert [s["is_current"] for s in secrets_of(signed)] == [False, True]
