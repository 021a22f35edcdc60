from decimal import Decimal

import pytest

from django_product_isolation.runflow.replies import (
    RunState,
    output_urls,
    read_balance,
    read_cost,
    read_run,
    read_usd,
    run_state,
)

A, B, C = "https://a.example/1.webp?sig=1", "https://b.example/2.webp", "https://c.example/3.webp"
RUN_ID = "019f1d03-8dc0-7cba-a551-2100f80b56fc"


@pytest.mark.parametrize(
    ("output", "urls"),
    [
        ({"image_urls": [A]}, (A,)),
        ({"outputs": [{"url": A, "type": "image"}], "seed": None, "timing": None}, (A,)),
        ({"images": [{"url": A}, {"url": B}]}, (A, B)),
        ({"images": [A, B]}, (A, B)),
        ({"image": {"url": A}}, (A,)),
        ({"image": A}, (A,)),
        ({"6a1f": [A, B]}, (A, B)),
        ({"image_url": A}, (A,)),
        ({"url": A}, (A,)),
        ({"output_url": A}, (A,)),
        ([A, B], (A, B)),
        ([{"url": A}], (A,)),
        (A, (A,)),
        ({"output_url": C, "images": [B], "image_urls": [A]}, (A, B, C)),
        ({"image_urls": [A, B, A], "url": B}, (A, B)),
        ({"image_urls": [A], "previews": [B]}, (A,)),
        ({"outputs": [{"url": A, "type": "mask"}, {"url": B, "type": "image/webp"}]}, (B,)),
        ({"image_urls": []}, ()),
        ({"image_urls": None}, ()),
        ({"image_urls": [None, 7, [], {}, {"url": 7}, {"url": None}]}, ()),
        ({"error": {"code": "X", "message": "no"}}, ()),
        ({}, ()),
        (None, ()),
        (7, ()),
    ],
)
def test_links_are_read_from_every_known_shape(output, urls):
    assert output_urls(output) == urls


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/1.webp",
        "ftp://a.example/1.webp",
        "runflow://assets/1",
        "data:image/png;base64,AA==",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//a.example/1.webp",
        "a.example/1.webp",
        "https:///1.webp",
        "https://a.example/1 2.webp",
        "https://a.example/1\n.webp",
        "https://a.example/" + "x" * 8192,
        "https://[a/1.webp",
        "",
    ],
)
def test_what_is_no_https_link_does_not_count(url):
    assert output_urls({"image_urls": [url, A]}) == (A,)


def test_plain_http_counts_only_where_the_caller_allows_it():
    local = "http://127.0.0.1:8000/1.webp"
    assert output_urls({"image_urls": [local, A]}) == (A,)
    assert output_urls({"image_urls": [local, A]}, allow_http=True) == (local, A)
    assert output_urls({"image_urls": ["ftp://127.0.0.1/1"]}, allow_http=True) == ()


@pytest.mark.parametrize(
    ("spelling", "state", "is_terminal"),
    [
        ("queued", RunState.QUEUED, False),
        ("dispatching", RunState.RUNNING, False),
        ("running", RunState.RUNNING, False),
        ("processing", RunState.RUNNING, False),
        ("in_progress", RunState.RUNNING, False),
        ("succeeded", RunState.SUCCEEDED, True),
        ("completed", RunState.SUCCEEDED, True),
        ("SUCCEEDED", RunState.SUCCEEDED, True),
        ("failed", RunState.FAILED, True),
        ("errored", RunState.FAILED, True),
        ("timeout", RunState.FAILED, True),
        ("cancelled", RunState.CANCELLED, True),
        ("canceled", RunState.CANCELLED, True),
        ("partial_succeeded", RunState.UNKNOWN, False),
        ("unknown", RunState.UNKNOWN, False),
        ("", RunState.UNKNOWN, False),
        (None, RunState.UNKNOWN, False),
        (["failed"], RunState.UNKNOWN, False),
    ],
)
def test_every_spelling_of_a_state_is_read(spelling, state, is_terminal):
    assert run_state(spelling) is state
    run = read_run({"id": RUN_ID, "status_code": spelling})
    assert (run.status, run.is_terminal) == (state, is_terminal)


def test_state_is_written_as_its_value():
    assert f"{RunState.FAILED} {RunState.FAILED!s}" == "failed failed"


def test_run_record_is_read():
    record = {
        "id": RUN_ID,
        "status_code": "succeeded",
        "output": {"image_urls": [A]},
        "cost": "0.27",
        "client_ref": "shop-1",
        "metadata": {"run": "1"},
        "failure_code": None,
        "failure_message": None,
        "target_type": "model",
    }
    run = read_run(record)
    assert (run.id, run.status, run.output_urls) == (RUN_ID, RunState.SUCCEEDED, (A,))
    assert (run.cost, run.refs) == (Decimal("0.27"), ("shop-1", "1"))
    assert (run.failure_code, run.failure_message) == ("", "")
    assert "sig=1" not in repr(run)


def test_contradicting_names_of_the_same_thing_are_read():
    assert read_run({"run_id": RUN_ID, "status": "failed"}).status is RunState.FAILED
    assert (
        read_run({"id": RUN_ID, "status": "failed", "status_code": "running"}).status == "running"
    )
    for record in (
        {"failure_code": "X", "failure_message": "too large"},
        {"error": {"code": "X", "message": "too large"}},
        {"error": {"code": "X"}, "failure_reason": "too large"},
    ):
        run = read_run({"id": RUN_ID, **record})
        assert (run.failure_code, run.failure_message) == ("X", "too large")


def test_failure_message_is_fit_to_be_shown():
    message = f"could not read\n{A} \x1b[31m\ud800" + "x" * 1000
    shown = read_run({"id": RUN_ID, "failure_message": message}).failure_message
    assert shown == "could not read \u2026"


@pytest.mark.parametrize(
    "record",
    [None, [], "run", {}, {"id": None}, {"id": 7}, {"id": ""}, {"id": ["a"]}, {"id": "a" * 101}]
    + [{"id": bad} for bad in ("..", "a/b", "a?b", "a\n", "é", "{}", "a b")],
)
def test_record_without_a_usable_id_is_refused(record):
    with pytest.raises(ValueError, match="no run id"):
        read_run(record)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("0.27", "0.27"),
        (0, "0"),
        (27, "27"),
        (Decimal("0.270"), "0.270"),
        ("0.123456", "0.1235"),
        ("9999.9999", "9999.9999"),
        ("-1.50", "-1.50"),
        ("99999999.9999", "99999999.9999"),
        ("NaN", None),
        ("sNaN", None),
        ("Infinity", None),
        ("1e9", None),
        ("1E-400000", None),
        (Decimal("1E-400000"), None),
        ("0.00001", None),
        ("1" * 5000, None),
        (Decimal("1e99999"), None),
        ("free", None),
        ("", None),
        (None, None),
        (True, None),
        (0.27, None),
        ([], None),
    ],
)
def test_amounts_are_read_exactly_or_not_at_all(value, amount):
    assert read_usd(value) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("document", "balance"),
    [
        ({"balance_cents": 1234, "currency": "USD"}, "12.34"),
        ({"balance_cents": -5}, "-0.05"),
        ({"balance_cents": 0, "balance": "7"}, "0"),
        ({"id": "1", "org_id": "2", "balance": "10.000000", "low_balance_threshold": None}, "10"),
        ({"balance": Decimal("9.5"), "currency": "usd"}, "9.5"),
        ({"balance_cents": 1234, "currency": "EUR"}, None),
        ({"balance_cents": True}, None),
        ({"balance_cents": "12", "balance": None}, None),
        ({"credits": 3}, None),
        ([], None),
        (None, None),
    ],
)
def test_both_forms_of_a_balance_are_read(document, balance):
    assert read_balance(document) == (None if balance is None else Decimal(balance))


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        ("0.27", "0.27"),
        ("0", "0"),
        ("9999.9999", "9999.9999"),
        ("10000", None),
        ("9999.99999", None),
        (10**30, None),
        ("-0.27", None),
        (-1, None),
        ("1E-400000", None),
        ("free", None),
    ],
)
def test_a_cost_is_read_where_the_column_can_hold_it_and_it_takes_nothing_back(value, cost):
    assert read_cost(value) == (None if cost is None else Decimal(cost))
    run = read_run({"id": RUN_ID, "cost": value})
    assert run.cost_is_nonsense is (cost is None)


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_cost_that_is_not_there_is_no_nonsense(nothing):
    assert read_run({"id": RUN_ID, "cost": nothing}).cost_is_nonsense is False
