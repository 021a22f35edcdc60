import pytest

from django_product_isolation.sandbox import behaviour
from django_product_isolation.sandbox.api import shapes
from tests.http_server import HttpServer, reply
from tests.sandbox.client import get_file, wait_for
from tests.sandbox.drawing import opened


def urls_in(value):
    """Return every URL in a JSON value, in order."""
    if isinstance(value, str):
        return [value] if value.startswith("http") else []
    parts = value.values() if isinstance(value, dict) else value or []
    return [url for part in parts for url in urls_in(part)]


EXPECTED = {
    "image_urls": lambda url: {"image_urls": [url]},
    "outputs": lambda url: {
        "outputs": [{"url": url, "type": "image"}],
        "seed": None,
        "timing": None,
        "nsfw_detected": None,
    },
    "images": lambda url: {"images": [{"url": url}]},
    "image_strings": lambda url: {"images": [url]},
    "image": lambda url: {"image": {"url": url}},
    "image_string": lambda url: {"image": url},
    "named": lambda url: {"product": [url]},
    "image_url": lambda url: {"image_url": url},
    "url": lambda url: {"url": url},
    "output_url": lambda url: {"output_url": url},
    "list": lambda url: [url],
    "string": lambda url: url,
}


def test_every_shape_has_a_way_to_be_made():
    assert set(shapes.OUTPUT) == set(EXPECTED) == set(behaviour.VARIANTS["output_shape"])
    assert {*shapes.ERROR, "text"} == set(behaviour.VARIANTS["error_shape"])
    assert set(shapes.BALANCE) == set(behaviour.VARIANTS["balance_shape"])
    assert set(shapes.CURSORS) == set(behaviour.VARIANTS["cursor_shape"])
    assert set(shapes.RECORD) == set(behaviour.VARIANTS["record_shape"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize("shape", EXPECTED)
def test_output_comes_in_any_shape(api, shape):
    api.behave(output_shape=shape)
    output = api.isolate()["output"]
    (url,) = urls_in(output)
    assert output == EXPECTED[shape](url)
    assert get_file(url).status_code == 200


def test_a_shape_without_a_file_to_name_is_empty_and_not_broken(api):
    api.behave(output_shape="string", fault="empty_output")
    assert api.isolate()["output"] is None


def test_several_urls_can_come(api):
    api.behave(output_count="2")
    urls = api.isolate()["output"]["image_urls"]
    assert len(set(urls)) == 2
    assert {get_file(url).status_code for url in urls} == {200}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changes", "image_format", "mode", "corner"),
    [
        ({"image_format": "png"}, "PNG", "RGB", (255, 255, 255)),
        ({"image_format": "jpeg"}, "JPEG", "RGB", (255, 255, 255)),
        ({"background": "transparent"}, "WEBP", "RGBA", None),
        ({"image_format": "png", "background": "off_white"}, "PNG", "RGB", (246, 245, 242)),
    ],
)
def test_files_come_in_other_formats_and_on_other_backgrounds(
    api, changes, image_format, mode, corner
):
    api.behave(**changes)
    content = get_file(api.isolate()["output"]["image_urls"][0]).content
    image = opened(content)
    assert (image.format, image.mode) == (image_format, mode)
    if corner:
        assert image.getpixel((0, 0)) == corner
    else:
        assert image.getpixel((0, 0))[3] == 0


def test_sizes_can_be_switched_while_running(api):
    api.behave(sizes="bucket")
    record = api.isolate(input={"aspect_ratio": "16:9"})
    assert opened(get_file(record["output"]["image_urls"][0]).content).size == (1376, 768)


@pytest.mark.parametrize("spelling", ["canceled", "cancelled"])
def test_cancelled_has_two_spellings_in_records(api, spelling):
    api.behave(cancelled_spelling=spelling, fault="run_cancelled")
    record = api.isolate()
    assert (record["status_code"], record["output"]) == (spelling, None)


@pytest.mark.parametrize("spelling", ["canceled", "cancelled"])
def test_cancelled_has_two_spellings_in_callbacks(api, spelling):
    api.behave(callback_cancelled_spelling=spelling, fault="run_cancelled")
    with HttpServer(reply()) as receiver:
        api.isolate(callback_url=receiver.url)
        wait_for(lambda: receiver.requests)
        body = receiver.requests[0].json()
    assert (body["event"], body["status"]) == ("run.cancelled", spelling)


def test_a_record_can_use_the_names_of_the_sdk(api):
    api.behave(record_shape="sdk", fault="run_failed", failure_code="TOO_BLURRED")
    created = api.create().json()
    assert created["run_id"] and created["status"] == "queued" and "id" not in created
    record = wait_for(
        lambda: next(
            r for r in [api.read(created["run_id"])] if r["status"] == "failed" and r["error"]
        )
    )
    assert record["error"]["code"] == "TOO_BLURRED" and record["finished_at"]
    assert record["failure_stage"] == "dispatch"


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        ("flat", lambda body: body["code"]),
        ("nested", lambda body: body["error"]["code"]),
    ],
)
def test_errors_carry_their_code_in_two_shapes(api, shape, inside):
    api.behave(error_shape=shape)
    assert inside(api.get("/v1/runs/none").json()) == "RUN_NOT_FOUND"


def test_errors_can_be_a_detail_or_no_json_at_all(api):
    api.behave(error_shape="detail")
    assert api.get("/v1/runs/none").json() == {"detail": "There is no such run."}
    listed = api.get("/v1/runs", params={"limit": 0}).json()["detail"]
    assert listed[0]["field"] == "limit"
    api.behave(error_shape="text")
    reply_ = api.get("/v1/runs/none")
    assert (reply_.status_code, reply_.headers["Content-Type"]) == (404, "text/plain")


def test_a_created_run_can_be_answered_with_200(api):
    api.behave(create_status="200")
    assert api.create().status_code == 200


def test_the_reply_can_be_terminal_already_and_replays_as_such(api):
    api.behave(create_state="finished")
    asset = f"runflow://assets/{api.upload()['id']}"
    replies = [api.create(asset, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [r.json()["status_code"] for r in replies] == ["succeeded", "succeeded"]
    assert replies[0].content == replies[1].content
    assert get_file(replies[0].json()["output"]["image_urls"][0]).status_code == 200


def test_a_stuck_run_is_answered_as_it_is_even_where_replies_are_terminal(api):
    api.behave(create_state="finished", fault="stuck_in_queued")
    assert api.create().json()["status_code"] == "queued"
    api.behave(fault="unknown_state")
    assert api.create().json()["status_code"] == "awaiting_moderation"


def test_dispatching_can_be_left_out(sandbox, api):
    api.behave(dispatching="off")
    record = api.isolate()
    assert record["status_code"] == "succeeded" and record["started_at"]


@pytest.mark.parametrize("spelling", ["running", "processing", "in_progress"])
def test_running_has_other_names(start, client_of, spelling):
    api = client_of(start(speed="quick"))
    api.behave(running_state=spelling, dispatching="off")
    run_id = api.create().json()["id"]
    wait_for(lambda: api.read(run_id)["status_code"] == spelling)


def test_without_idempotency_every_request_makes_a_run(api):
    api.behave(idempotency="off")
    asset = f"runflow://assets/{api.upload()['id']}"
    ids = {api.create(asset, headers={"Idempotency-Key": "k"}).json()["id"] for _ in range(2)}
    assert len(ids) == 2


def test_file_urls_can_be_unsigned_unless_asked_for(api):
    api.behave(file_urls="unsigned")
    record = api.isolate()
    (plain,) = record["output"]["image_urls"]
    (signed,) = api.read(record["id"], add_signature="true")["output"]["image_urls"]
    assert "?" not in plain and get_file(plain).status_code == 403
    assert get_file(signed).status_code == 200


def test_behaviour_shows_switches_and_resets(api):
    shown = api.get("/_sandbox/behaviour").json()
    assert shown["faults"] == [] and shown["variants"]["output_shape"] == "image_urls"
    assert "outputs" in shown["choices"]["variants"]["output_shape"]
    assert "drop_after_create" in shown["choices"]["request_faults"]
    changed = api.post(
        "/_sandbox/behaviour",
        json={"output_shape": "list", "fault": "run_failed", "failure_code": "X", "times": 2},
    ).json()
    assert changed["variants"]["output_shape"] == "list"
    assert changed["faults"] == [
        {"fault": "run_failed", "on": "new runs", "times": 2, "failure_code": "X"}
    ]
    assert api.delete("/_sandbox/behaviour").json()["faults"] == []
    assert api.get("/_sandbox/behaviour").json() == shown


@pytest.mark.parametrize(
    "changes",
    [
        {"output_shape": "cube"},
        {"output_shape": []},
        {"colour": "blue"},
        {"fault": "rain"},
        {"fault": None},
        {"fault": "rate_limited", "times": -1},
        {"fault": "rate_limited", "times": "often"},
        {"fault": "rate_limited", "on": "weekends"},
        {"fault": "run_failed", "on": "create_run"},
        {"fault": "slow_reply", "seconds": "long"},
        {"fault": "run_failed", "output_shape": "cube"},
        {"times": 3},
    ],
)
def test_a_switch_that_does_not_exist_changes_nothing(api, changes):
    before = api.get("/_sandbox/behaviour").json()
    reply_ = api.post("/_sandbox/behaviour", json=changes)
    assert (reply_.status_code, reply_.json()["code"]) == (422, "SANDBOX_VALIDATION")
    assert api.get("/_sandbox/behaviour").json() == before


def test_the_switches_take_json_only(api):
    reply_ = api.post("/_sandbox/behaviour", data='{"output_shape": "list"}')
    assert reply_.status_code == 400


def test_switches_can_be_thrown_in_python(sandbox, api):
    sandbox.behave(create_status="200")
    assert api.create().status_code == 200
    with pytest.raises(ValueError, match="choose from"):
        sandbox.behave(create_status="500")
