import base64

import pytest

from tests.sandbox.client import get_file, put_file
from tests.sandbox.drawing import opened, photo


def announce(api, **changes):
    body = {"filename": "mug.png", "mime_type": "image/png", "size_bytes": 1000, **changes}
    return api.post("/v1/asset-uploads", json=body)


def confirm(api, announced, body=None):
    path = f"/v1/asset-uploads/{announced['asset_id']}/confirmations"
    return api.post(path, json=body or {})


def test_three_steps_make_an_asset(api):
    content = photo("JPEG")
    announced = announce(api, mime_type="image/jpeg")
    assert announced.status_code == 201 and set(announced.json()) == {"asset_id", "upload_url"}
    put = put_file(announced.json()["upload_url"], content, "image/jpeg")
    assert (put.status_code, put.content) == (200, b"")
    confirmed = confirm(api, announced.json(), {"folder_id": None})
    asset = confirmed.json()
    assert confirmed.status_code == 201
    assert (asset["mime_type"], asset["size_bytes"]) == ("image/jpeg", len(content))
    assert get_file(asset["url"]).content == content
    again = api.get(f"/v1/assets/{asset['id']}").json()
    assert get_file(again["url"]).headers["Content-Type"] == "image/jpeg"


def test_the_stored_file_counts_and_not_what_was_announced(api):
    announced = announce(api, size_bytes=7).json()
    content = photo("WEBP")
    put_file(announced["upload_url"], content)
    asset = confirm(api, announced).json()
    assert (asset["mime_type"], asset["size_bytes"]) == ("image/webp", len(content))


def test_confirming_twice_changes_nothing(api):
    announced = announce(api).json()
    put_file(announced["upload_url"], photo())
    first = confirm(api, announced).json()
    second = confirm(api, announced)
    assert second.status_code == 201
    assert {**second.json(), "url": ""} == {**first, "url": ""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filename", ""),
        ("filename", "n" * 501),
        ("filename", 7),
        ("mime_type", "image/gif"),
        ("mime_type", "i" * 256),
        ("size_bytes", 0),
        ("size_bytes", 52_428_801),
        ("size_bytes", "1000"),
        ("size_bytes", True),
    ],
)
def test_a_bad_announcement_is_refused(api, field, value):
    reply = announce(api, **{field: value})
    assert reply.status_code == 422
    assert {error["field"] for error in reply.json()["errors"]} == {field}


def test_the_largest_announcement_is_accepted(api):
    assert announce(api, size_bytes=52_428_800, filename="n" * 500).status_code == 201


def test_confirming_before_anything_was_put_fails(api):
    reply = confirm(api, announce(api).json())
    assert (reply.status_code, reply.json()["code"]) == (422, "SANDBOX_UPLOAD_UNUSABLE")


@pytest.mark.parametrize("content", [b"", b"hello", photo("GIF"), photo("TIFF")])
def test_confirming_something_else_than_a_picture_fails(api, content):
    announced = announce(api).json()
    put_file(announced["upload_url"], content)
    assert confirm(api, announced).status_code == 422


def is_store_error(reply, status, code):
    return (
        reply.status_code == status
        and reply.headers["Content-Type"] == "application/xml"
        and f"<Code>{code}</Code>" in reply.text
    )


def test_an_altered_upload_url_is_refused_in_xml(api):
    url = announce(api).json()["upload_url"]
    other = announce(api).json()["asset_id"]
    assert is_store_error(put_file(url + "0", photo()), 403, "AccessDenied")
    moved = url.replace(url.split("/")[-1].split("?")[0], other)
    assert is_store_error(put_file(moved, photo()), 403, "AccessDenied")
    assert is_store_error(put_file(url.split("?")[0], photo()), 403, "AccessDenied")


def test_an_expired_upload_url_is_refused(start, client_of):
    api = client_of(start(url_lifetime=0))
    url = announce(api).json()["upload_url"]
    assert is_store_error(put_file(url, photo()), 403, "AccessDenied")


def test_another_content_type_than_announced_is_refused(api):
    url = announce(api).json()["upload_url"]
    assert is_store_error(put_file(url, photo(), "image/jpeg"), 403, "SignatureDoesNotMatch")


def test_a_put_without_a_length_is_refused(api):
    url = announce(api).json()["upload_url"]
    assert is_store_error(put_file(url, iter([photo()])), 411, "MissingContentLength")


def test_a_put_above_50_mib_is_refused(api):
    url = announce(api).json()["upload_url"]
    headers = {"Content-Length": "52428801"}
    assert is_store_error(put_file(url, b"", **headers), 400, "EntityTooLarge")


def test_an_upload_needs_no_key_and_can_refuse_one(api):
    url = announce(api).json()["upload_url"]
    assert put_file(url, photo(), Authorization="Bearer rf_live_x").status_code == 200
    api.behave(refuse_authorization="on")
    refused = put_file(url, photo(), Authorization="Bearer rf_live_x")
    assert is_store_error(refused, 400, "InvalidArgument")
    assert put_file(url, photo()).status_code == 200


def test_a_foreign_asset_looks_like_a_missing_one(api, sandbox, client_of):
    asset = api.upload()
    stranger = client_of(sandbox)
    for path in (f"/v1/assets/{asset['id']}", "/v1/assets/missing"):
        reply = stranger.get(path)
        assert (reply.status_code, reply.json()["code"]) == (404, "SANDBOX_ASSET_NOT_FOUND")
    assert confirm(stranger, {"asset_id": asset["id"]}).status_code == 404


def test_an_output_url_opens_without_a_key_until_it_is_altered(api):
    (url,) = api.isolate()["output"]["image_urls"]
    reply = get_file(url)
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/webp")
    for altered in (url + "0", url.replace("expires=", "expires=1"), url.partition("?")[0]):
        assert is_store_error(get_file(altered), 403, "AccessDenied")


def test_a_signature_is_good_for_its_own_file_only(api):
    first, second = (api.isolate()["output"]["image_urls"][0] for _ in range(2))
    path, query = first.partition("?")[0], second.partition("?")[2]
    assert is_store_error(get_file(f"{path}?{query}"), 403, "AccessDenied")


def test_an_old_output_url_is_refused_and_a_fresh_read_mends_it(start, client_of):
    expiring = start(url_lifetime=0)
    uri = f"data:image/png;base64,{base64.b64encode(photo()).decode()}"
    record = client_of(expiring).isolate(image_url=uri)
    assert is_store_error(get_file(record["output"]["image_urls"][0]), 403, "AccessDenied")
    expiring.stop()
    fresh = client_of(start()).read(record["id"])
    assert get_file(fresh["output"]["image_urls"][0]).status_code == 200


def test_signed_urls_survive_a_restart(start, client_of):
    first = start()
    record = client_of(first).isolate()
    old = record["output"]["image_urls"][0]
    first.stop()
    second = start()
    assert get_file(old.replace(first_url(old), second.url)).status_code == 200


def first_url(url):
    return url.partition("/files/")[0]


def test_a_file_that_is_gone_is_not_found(sandbox):
    url = sandbox.services.signer.signed("/files/019f1d02-a360-7593-86e0-ae435e292fbe-1.webp")
    assert is_store_error(get_file(url), 404, "NoSuchKey")


@pytest.mark.parametrize("name", ["../sandbox.sqlite3", "..", "", "C:\\secret.webp"])
def test_no_name_leads_out_of_the_folder(sandbox, name):
    assert sandbox.services.folder.read(name) is None


@pytest.mark.parametrize("name", ["sandbox.sqlite3", "..%2Fsandbox.sqlite3", "x.webp"])
def test_only_files_of_ours_can_be_reached(sandbox, name):
    assert get_file(sandbox.services.signer.signed(f"/files/{name}")).status_code in (403, 404)


def test_files_can_refuse_an_api_key(api):
    (url,) = api.isolate()["output"]["image_urls"]
    assert get_file(url, Authorization="Bearer x").status_code == 200
    api.behave(refuse_authorization="on")
    refused = get_file(url, Authorization="Bearer x")
    assert is_store_error(refused, 400, "InvalidArgument")


def test_a_data_uri_becomes_an_asset(api):
    uri = f"data:image/png;base64,{base64.b64encode(photo()).decode()}"
    record = api.isolate(image_url=uri)
    assert record["status_code"] == "succeeded"
    shown = record["input"]["image_url"]
    assert shown.startswith(f"{api.url}/files/")
    assert opened(get_file(shown).content).size == (400, 300)


def test_an_asset_can_be_named_by_its_signed_url(api):
    assert api.isolate(image_url=api.upload()["url"])["status_code"] == "succeeded"


def test_an_output_can_be_isolated_again(api):
    (url,) = api.isolate()["output"]["image_urls"]
    assert api.isolate(image_url=url)["status_code"] == "succeeded"


def test_an_own_url_with_a_bad_signature_fails_the_run(api):
    record = api.isolate(image_url=api.upload()["url"] + "0")
    assert (record["status_code"], record["failure_stage_code"]) == ("failed", "preprocess")
