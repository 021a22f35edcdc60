import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_product_isolation.sandbox.isolation.sources import Sources
from tests.sandbox.client import MODEL, get_file, wait_for
from tests.sandbox.drawing import opened


def test_a_new_run_is_queued_and_echoes_what_was_sent(api):
    asset = api.upload()
    body = {
        "input": {
            "image_url": f"runflow://assets/{asset['id']}",
            "aspect_ratio": "4:5",
            "resolution": "1K",
            "prompt": "the red ellipse",
        },
        "callback_url": None,
        "metadata": {"sku": "TEAPOT-7", "n": [1, 2.5, None]},
        "client_ref": "shop-1",
    }
    reply = api.post(f"{MODEL}/runs", json=body)
    record = reply.json()
    assert reply.status_code == 201
    assert uuid.UUID(record["id"]).version == 7
    assert record["status_code"] == "queued"
    assert record["output"] is None and record["cost"] is None
    assert record["metadata"] == body["metadata"] and record["client_ref"] == "shop-1"
    assert record["input"]["prompt"] == "the red ellipse"
    assert record["input"]["image_url"].startswith(f"{api.url}/files/{asset['id']}")
    assert record["created_at"].endswith("Z")


def test_a_finished_run_has_one_opaque_white_webp_and_its_cost(api):
    record = api.isolate(input={"aspect_ratio": "16:9"})
    (url,) = record["output"]["image_urls"]
    image = opened(get_file(url).content)
    assert record["status_code"] == "succeeded"
    assert record["cost"] == "0.27"
    assert record["started_at"] and record["completed_at"] and record["duration_ms"] >= 0
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (1024, 576))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert image.getpixel((512, 288)) != (255, 255, 255)


def test_states_only_go_forward(start, client_of):
    api = client_of(start(speed="quick"))
    run_id = api.create().json()["id"]
    seen = []
    while not seen or seen[-1] != "succeeded":
        state = api.read(run_id)["status_code"]
        if not seen or state != seen[-1]:
            seen.append(state)
        time.sleep(0.01)
    assert seen == ["queued", "dispatching", "running", "succeeded"]


def test_the_record_says_which_engine_worked_and_that_prompts_are_not_obeyed(api):
    with_prompt = api.isolate(input={"prompt": "the mug"})["context"]["sandbox"]
    without = api.isolate()["context"]["sandbox"]
    assert with_prompt["engine"] == "light" and "no engine" in with_prompt["prompt"]
    assert without["prompt"] is None


def test_an_unknown_model_is_not_found(api):
    for path in ("runs", "batches"):
        reply = api.post(f"/v1/models/runflow/object-removal/prompt/{path}", json={"input": {}})
        assert (reply.status_code, reply.json()["code"]) == (404, "SANDBOX_MODEL_NOT_FOUND")


def test_batches_are_refused_for_this_model(api):
    reply = api.post(f"{MODEL}/batches", json={"input": []})
    assert (reply.status_code, reply.json()["errors"]) == (422, None)


def test_there_is_no_cancel_route(api):
    run_id = api.create().json()["id"]
    for path in (f"/v1/runs/{run_id}/cancellation", f"/v1/admin/runs/{run_id}/cancellation"):
        assert api.post(path, json={}).status_code == 404


@pytest.mark.parametrize("path", ["", "/callback"])
def test_a_foreign_run_looks_like_a_missing_one(api, sandbox, client_of, path):
    run_id = api.create().json()["id"]
    stranger = client_of(sandbox)
    foreign = stranger.get(f"/v1/runs/{run_id}{path}")
    missing = stranger.get(f"/v1/runs/{uuid.uuid4()}{path}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json() and foreign.json()["code"] == "RUN_NOT_FOUND"


def test_unknown_parameters_are_ignored(api):
    assert api.read(api.create().json()["id"], colour="blue", add_signature="true")


@pytest.mark.parametrize("method", ["delete", "put", "patch"])
def test_other_methods_are_refused_and_told_which_are_allowed(api, method):
    reply = api.request(method, "/v1/runs")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET")


def test_same_key_and_body_replay_the_reply_and_make_one_run(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    first, second = (
        api.create(asset, client_ref="once", headers={"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert len(api.get("/v1/runs").json()["items"]) == 1


def test_same_key_with_another_body_is_a_conflict(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    api.create(asset, headers={"Idempotency-Key": "k1"})
    reply = api.create(asset, client_ref="other", headers={"Idempotency-Key": "k1"})
    assert (reply.status_code, reply.json()["code"]) == (409, "CONFLICT")
    assert len(api.get("/v1/runs").json()["items"]) == 1


def test_concurrent_twins_make_one_run(api, sandbox, client_of, monkeypatch):
    """Each would have time to overtake the other between looking and creating."""

    def unhurried(self, org_id, url):
        time.sleep(0.05)
        return url

    monkeypatch.setattr(Sources, "kept", unhurried)
    asset = f"runflow://assets/{api.upload()['id']}"
    twins = [client_of(sandbox, "rf_live_for_tests") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(
            pool.map(lambda c: c.create(asset, headers={"Idempotency-Key": "twin"}), twins)
        )
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert len(api.get("/v1/runs").json()["items"]) == 1


def test_the_same_idempotency_key_of_another_organisation_is_another_key(api, sandbox, client_of):
    stranger = client_of(sandbox)
    replies = [c.create(headers={"Idempotency-Key": "k"}) for c in (api, stranger)]
    assert [reply.status_code for reply in replies] == [201, 201]


def test_ids_sort_by_time_of_creation(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    ids = [api.create(asset).json()["id"] for _ in range(5)]
    assert ids == sorted(ids)


def test_a_run_in_flight_is_taken_up_again_after_a_restart(start, client_of):
    first = start(speed="realistic")
    run_id = client_of(first).create().json()["id"]
    first.stop()
    api = client_of(start())
    assert api.finished(run_id)["status_code"] == "succeeded"


def test_a_run_that_keeps_ending_the_process_is_given_up(start, client_of):
    first = start(speed="realistic")
    run_id = client_of(first).create().json()["id"]
    for _ in range(3):
        runs = first.services.runs
        runs.count_attempt(runs.get(run_id))
    first.stop()
    record = client_of(start()).finished(run_id)
    assert (record["status_code"], record["failure_code"]) == ("failed", "SANDBOX_WORKER_LOST")


def test_an_engine_that_breaks_fails_the_run_and_not_the_sandbox(sandbox, api):
    def broken(picture):
        raise ArithmeticError

    works, sandbox.engine.mask = sandbox.engine.mask, broken
    record = api.isolate()
    sandbox.engine.mask = works
    assert (record["status_code"], record["failure_code"]) == ("failed", "SANDBOX_ENGINE_FAILED")
    assert api.isolate()["status_code"] == "succeeded"


def test_many_runs_at_once_all_end(api):
    asset = f"runflow://assets/{api.upload()['id']}"
    ids = [api.create(asset).json()["id"] for _ in range(12)]
    assert {api.finished(run_id)["status_code"] for run_id in ids} == {"succeeded"}


def test_an_old_state_cannot_come_back(sandbox, api):
    run_id = api.isolate()["id"]
    runs = sandbox.services.runs
    assert not runs.move(runs.get(run_id), "running")
    assert not runs.move(runs.get(run_id), "failed")
    sandbox.services.processing.take_step(run_id)
    assert api.read(run_id)["status_code"] == "succeeded"


def test_a_second_ending_charges_and_announces_nothing(sandbox, api):
    run_id = api.isolate()["id"]
    balance = api.get("/v1/billing/balance").json()["balance"]
    run = sandbox.services.runs.get(run_id)
    sandbox.services.processing._end(run, "succeeded")
    assert api.get("/v1/billing/balance").json()["balance"] == balance


def test_a_run_waits_its_time_in_the_queue(start, client_of):
    sandbox = start(speed="realistic")
    run_id = client_of(sandbox).create().json()["id"]
    due = wait_for(lambda: sandbox.services.runs.due(5))
    assert due[0][0] == run_id and due[0][1] > time.time()
