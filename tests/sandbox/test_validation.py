import json

import pytest

from tests.sandbox.client import MODEL

GOOD = {
    "image_url": "https://media.shop.example/teapot.jpg",
    "aspect_ratio": "1:1",
    "resolution": "1K",
}


def post(api, body):
    return api.post(f"{MODEL}/runs", json=body)


def problem_fields(reply):
    assert reply.status_code == 422, reply.text
    assert reply.json()["code"] == "SANDBOX_VALIDATION"
    return [error["field"] for error in reply.json()["errors"]]


@pytest.mark.parametrize(
    "ratio", ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"]
)
def test_the_ten_ratios_are_accepted(api, ratio):
    assert post(api, {"input": {**GOOD, "aspect_ratio": ratio}}).status_code == 201


@pytest.mark.parametrize("resolution", ["1K", "2K", "4K"])
def test_the_three_tiers_are_accepted(api, resolution):
    assert post(api, {"input": {**GOOD, "resolution": resolution}}).status_code == 201


@pytest.mark.parametrize("field", ["image_url", "aspect_ratio", "resolution"])
@pytest.mark.parametrize("value", [None, "", 7, [], "8K", "7:5"])
def test_a_bad_or_missing_required_field_is_named(api, field, value):
    body = {**GOOD, field: value}
    assert problem_fields(post(api, {"input": body})) == [f"input.{field}"]
    del body[field]
    assert problem_fields(post(api, {"input": body})) == [f"input.{field}"]


def test_everything_wrong_is_said_at_once(api):
    fields = problem_fields(post(api, {"input": {}, "client_ref": 1, "metadata": []}))
    assert fields == [
        "input.image_url",
        "input.aspect_ratio",
        "input.resolution",
        "metadata",
        "client_ref",
    ]


@pytest.mark.parametrize("fields", [None, [], "x"])
def test_input_must_be_an_object(api, fields):
    assert problem_fields(post(api, {"input": fields})) == ["input"]


@pytest.mark.parametrize("prompt", [None, 3, ["a mug"], "\ud800"])
def test_a_prompt_is_a_text(api, prompt):
    assert problem_fields(post(api, {"input": {**GOOD, "prompt": prompt}})) == ["input.prompt"]


def test_an_empty_prompt_is_accepted(api):
    assert post(api, {"input": {**GOOD, "prompt": ""}}).status_code == 201


def test_fields_the_model_does_not_have_are_refused(api):
    body = {"input": {**GOOD, "output_format": "png", "seed": 3}}
    assert problem_fields(post(api, body)) == ["input.output_format", "input.seed"]


@pytest.mark.parametrize(
    "url",
    [
        "http://media.shop.example/teapot.jpg",
        "media.shop.example/teapot.jpg",
        "ftp://media.shop.example/teapot.jpg",
        "https:///teapot.jpg",
        "https://[media/teapot.jpg",
        "https://media.shop.example:port/teapot.jpg",
        "https://someone:secret@media.shop.example/teapot.jpg",
        "runflow://assets/019f1d02-a360-7593-86e0-ae435e292fbe",
        "runflow://assets/nothing",
        "data:image/png,plain",
        "data:image/png;base64,***",
        "data:image/png;base64,",
        "data:image/png;base64,aGVsbG8=",
        "http://127.0.0.1:8000/media/teapot.jpg",
    ],
)
def test_an_image_url_that_cannot_be_used_is_refused(api, url):
    assert problem_fields(post(api, {"input": {**GOOD, "image_url": url}})) == ["input.image_url"]


def test_an_asset_of_another_organisation_is_refused(api, sandbox, client_of):
    foreign = client_of(sandbox).upload()["id"]
    body = {"input": {**GOOD, "image_url": f"runflow://assets/{foreign}"}}
    assert problem_fields(post(api, body)) == ["input.image_url"]


def test_an_asset_that_was_not_confirmed_is_refused(api):
    announced = api.post(
        "/v1/asset-uploads", json={"filename": "a.png", "mime_type": "image/png", "size_bytes": 9}
    ).json()
    body = {"input": {**GOOD, "image_url": f"runflow://assets/{announced['asset_id']}"}}
    assert problem_fields(post(api, body)) == ["input.image_url"]


@pytest.mark.parametrize(
    ("field", "longest"),
    [("client_ref", "r" * 255), ("callback_url", "https://shop.example/".ljust(2048, "c"))],
)
def test_texts_have_a_longest_length(api, field, longest):
    assert post(api, {"input": GOOD, field: longest}).json()[field] == longest
    assert problem_fields(post(api, {"input": GOOD, field: longest + "x"})) == [field]


@pytest.mark.parametrize("url", ["shop.example/hook", "ftp://shop.example/", 5, "https://[x", ""])
def test_a_callback_url_must_be_one(api, url):
    assert problem_fields(post(api, {"input": GOOD, "callback_url": url})) == ["callback_url"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b'{"metadata": NaN}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (json.dumps({"input": GOOD}).encode(), "text/plain"),
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(api, body, content_type):
    reply = api.post(f"{MODEL}/runs", data=body, headers={"Content-Type": content_type})
    assert (reply.status_code, reply.json()["code"]) == (400, "SANDBOX_MALFORMED_BODY")


def test_a_number_json_cannot_write_again_is_refused(api):
    body = json.dumps({"input": GOOD, "metadata": {"n": 1}}).replace('"n": 1', '"n": 1e999')
    reply = api.post(
        f"{MODEL}/runs", data=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert problem_fields(reply) == ["metadata"]


def test_a_body_without_end_is_not_read(api):
    headers = {"Content-Type": "application/json", "Content-Length": "90000000"}
    reply = api.post(f"{MODEL}/runs", data=b"", headers=headers)
    assert reply.status_code == 413


def test_odd_texts_survive_the_echo(api):
    metadata = {"name": "Käse \u2603 \U0001f9c0", "nested": {"list": [1, "2", None, True, 0.1]}}
    created = post(api, {"input": GOOD, "metadata": metadata, "client_ref": "é☃"}).json()
    assert api.read(created["id"])["metadata"] == metadata
    assert api.read(created["id"])["client_ref"] == "é☃"
