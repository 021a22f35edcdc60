"""Documents of other kinds than runs: balances, pages, uploads; and what is no JSON."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_product_isolation.runflow.replies import (
    RunState,
    parse_json,
    parse_reply,
    read_asset,
    read_page,
    read_run,
    read_upload_session,
)

from .test_replies import RUN_ID, A, B


def test_decimals_are_parsed_exactly():
    assert parse_json(b'{"cost": 0.1}') == {"cost": Decimal("0.1")}


@pytest.mark.parametrize(
    "number", ["NaN", "-Infinity", "1e99999999999999999999", "1" * 5000, "0." + "1" * 5000]
)
def test_what_is_no_number_spoils_no_more_than_its_own_place(number):
    document = f'{{"id": "{RUN_ID}", "status": "succeeded", "cost": {number}}}'
    run = read_run(parse_reply(document.encode()))
    assert (run.status, run.cost, run.cost_is_nonsense) == (RunState.SUCCEEDED, None, True)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000])
@pytest.mark.parametrize("parse", [parse_json, parse_reply])
def test_what_is_no_json_is_refused(body, parse):
    with pytest.raises(ValueError):
        parse(body)


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b"1e99999999999999999999", b"9" * 5000])
def test_whoever_is_strict_refuses_what_is_no_number(body):
    with pytest.raises(ValueError):
        parse_json(body)


@pytest.mark.parametrize(
    ("document", "items", "cursor"),
    [
        ({"items": [1], "next_pq": "abc", "prev_pq": None}, [1], "abc"),
        ({"items": [1], "next": "abc", "first": "x"}, [1], "abc"),
        ({"items": [], "next": "https://api.example/v1/runs?limit=2&pq=a%2Fb"}, [], "a/b"),
        ({"items": [], "next": "/v1/runs?pq=abc"}, [], "abc"),
        ({"items": [], "next": "/v1/runs"}, [], ""),
        ({"items": [], "next": 7}, [], ""),
        ({"items": [1, 2]}, [1, 2], ""),
        ([1, 2], [1, 2], ""),
    ],
)
def test_both_forms_of_a_page_are_read(document, items, cursor):
    assert read_page(document) == (items, cursor)


@pytest.mark.parametrize("document", [None, {}, {"items": None}, {"items": {}}, "items"])
def test_page_without_a_list_is_refused(document):
    with pytest.raises(ValueError, match="no list"):
        read_page(document)


def test_asset_and_upload_session_are_read():
    asset = read_asset({"id": RUN_ID, "url": A, "mime_type": "image/png"})
    assert (asset.id, asset.url) == (RUN_ID, A)
    assert "sig=1" not in repr(asset)
    assert read_upload_session({"asset_id": RUN_ID, "upload_url": A}) == (RUN_ID, A)
    local = "http://127.0.0.1:1/a"
    assert read_asset({"id": RUN_ID, "url": local}, allow_http=True).url == local


@pytest.mark.parametrize(
    "document",
    [None, {}, {"id": "..", "url": A}, {"id": RUN_ID}, {"id": RUN_ID, "url": "ftp://a/"}],
)
def test_asset_without_id_or_link_is_refused(document):
    with pytest.raises(ValueError, match="no asset"):
        read_asset(document)


@pytest.mark.parametrize(
    "document",
    [None, {"asset_id": RUN_ID}, {"asset_id": "a/b", "upload_url": A}, {"upload_url": A}],
)
def test_upload_session_without_id_or_link_is_refused(document):
    with pytest.raises(ValueError, match="no upload session"):
        read_upload_session(document)


texts = st.text("aA1:/. \n\0é\ud800", max_size=12) | st.sampled_from([A, B, "succeeded", "0.27"])

keys = st.sampled_from(["id", "url", "image_urls", "outputs", "type", "output", "6a1f"])

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)

names = st.sampled_from(
    ["status_code", "output", "cost", "client_ref", "metadata", "failure_message", "error"]
)


@settings(deadline=None)
@given(st.dictionaries(names, json_values))
def test_any_record_with_an_id_is_read(record):
    run = read_run(parse_json(json.dumps({"id": RUN_ID, **record}).encode()))
    assert isinstance(run.status, RunState)
    assert all(url.startswith("https://") for url in run.output_urls)
    assert run.cost is None or 0 <= run.cost < 10_000
    assert run.failure_message.isprintable()
