import pytest
import requests


@pytest.mark.parametrize(
    "authorization",
    [
        *(None, "", "Bearer", "Bearer ", "rf_live_x", "Basic rf_live_abc", "Bearer nothing"),
        *("Bearer rf_live_", "Bearer rf_live_with-dash", "bearer rf_live_abc"),
    ],
)
def test_a_missing_or_malformed_key_is_refused(sandbox, authorization):
    headers = {"Authorization": authorization} if authorization is not None else {}
    for path in ("/v1/auth/me", "/v1/runs", "/v1/billing/balance"):
        reply = requests.get(sandbox.url + path, headers=headers, timeout=5)
        assert (reply.status_code, reply.json()["code"]) == (401, "UNAUTHORIZED")


def test_each_key_is_an_organisation_of_its_own(api, sandbox, client_of):
    ids = {c.get("/v1/auth/me").json()["org_id"] for c in (api, client_of(sandbox))}
    assert len(ids) == 2


def test_a_revoked_key_is_refused(api, sandbox, client_of):
    assert api.get("/v1/auth/me").status_code == 200
    revoked = api.post("/_sandbox/revoked-keys", json={"api_key": "rf_live_for_tests"})
    assert revoked.status_code == 204
    assert api.get("/v1/auth/me").status_code == 401
    assert client_of(sandbox).get("/v1/auth/me").status_code == 200


def test_revoking_needs_a_key(api):
    assert api.post("/_sandbox/revoked-keys", json={}).status_code == 422


def test_another_organisation_than_the_keys_is_forbidden(api):
    own = api.get("/v1/auth/me").json()["org_id"]
    for org_id, status in ((own, 200), ("019f1d02-a360-7593-86e0-ae435e292fbe", 403)):
        reply = api.get("/v1/runs", headers={"X-Organization-Id": org_id})
        assert reply.status_code == status


def balance(api):
    return api.get("/v1/billing/balance").json()["balance"]


def test_only_success_is_charged(start, client_of):
    api = client_of(start(balance="10.00"))
    assert balance(api) == "10.00"
    api.isolate()
    assert balance(api) == "9.73"
    api.behave(fault="run_failed")
    api.isolate()
    api.behave(fault="run_cancelled")
    assert api.isolate()["cost"] is None
    assert balance(api) == "9.73"


def test_below_the_price_nothing_more_is_accepted(start, client_of):
    api = client_of(start(balance="0.53"))
    assert api.create().status_code == 201
    reply = api.create() if balance(api) == "0.26" else wait_and_create(api)
    assert (reply.status_code, reply.json()["code"]) == (402, "INSUFFICIENT_CREDIT")
    assert len(api.get("/v1/runs").json()["items"]) == 1


def wait_and_create(api):
    api.finished(api.get("/v1/runs").json()["items"][0]["id"])
    return api.create()


def test_runs_in_flight_finish_when_the_balance_is_gone(start, client_of):
    api = client_of(start(speed="quick"))
    run_id = api.create().json()["id"]
    api.post("/_sandbox/balance", json={"balance": "0.10"})
    assert api.create().status_code == 402
    assert api.finished(run_id)["status_code"] == "succeeded"
    assert balance(api) == "-0.17"


def test_a_balance_can_be_set_for_all(api, sandbox, client_of):
    api.get("/v1/auth/me")
    assert api.post("/_sandbox/balance", json={"balance": "0.20"}).status_code == 200
    assert balance(api) == balance(client_of(sandbox, "rf_live_new")) == "0.20"


@pytest.mark.parametrize("amount", [None, "much", "Infinity", "NaN", []])
def test_a_balance_is_an_amount(api, amount):
    assert api.post("/_sandbox/balance", json={"balance": amount}).status_code == 422


def test_the_balance_has_another_shape_too(api):
    api.behave(balance_shape="balance_cents")
    assert api.get("/v1/billing/balance").json() == {"balance_cents": 100_000, "currency": "USD"}


@pytest.mark.parametrize("path", ["/v1/health", "/v1/readiness"])
def test_health_and_readiness_need_no_key(sandbox, path):
    reply = requests.get(sandbox.url + path, timeout=5)
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


def test_every_reply_says_that_this_is_a_stand_in(api):
    for path in ("/", "/v1/health", "/v1/runs", "/v1/nothing", "/files/x.webp"):
        reply = api.get(path)
        assert reply.headers["Server"] == "RunflowSandbox"
        assert "engine=light" in reply.headers["X-Runflow-Sandbox"]
        assert "prompt=not-obeyed" in reply.headers["X-Runflow-Sandbox"]


def test_there_are_no_cors_headers(api):
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    for reply in (api.get("/v1/health", headers=headers), api.options("/v1/runs", headers=headers)):
        assert not [name for name in reply.headers if name.lower().startswith("access-control")]


def test_an_error_has_the_documented_shape(api):
    reply = api.get("/v1/nothing")
    assert reply.status_code == 404
    assert set(reply.json()) == {"code", "message", "errors"}
