"""A run is read by its id, and no other is taken for it."""

from decimal import Decimal

import pytest

from django_product_isolation.runflow import (
    NotFound,
    OutcomeUnknown,
    RunState,
)
from tests.http_server import (
    HttpServer,
    reply_json,
)

from .test_client import EARLIER, LINK, QUEUED, RUN_ID, client_of, create, envelope, failure


def test_run_is_read_by_its_id():
    record = {
        **QUEUED,
        "status_code": "succeeded",
        "output": {"image_urls": [LINK]},
        "cost": "0.27",
    }
    with HttpServer(reply_json(record)) as server:
        run = client_of(server).get_run(RUN_ID, "7")
        client_of(server).get_run(RUN_ID, "7", add_signature=True)
        first, second = server.requests
    assert (first.method, first.target) == ("GET", f"/v1/runs/{RUN_ID}")
    assert second.target == f"/v1/runs/{RUN_ID}?add_signature=true"
    assert (run.status, run.cost) == (RunState.SUCCEEDED, Decimal("0.27"))


def test_links_over_plain_http_count_only_where_the_base_url_is_loopback(monkeypatch):
    local = {**QUEUED, "output": {"image_urls": ["http://127.0.0.1:1/o.webp", LINK]}}
    with HttpServer(reply_json(local)) as server:
        assert len(client_of(server).get_run(RUN_ID, "7").output_urls) == 2
        monkeypatch.setattr(
            "django_product_isolation.runflow.client.is_loopback", lambda url: False
        )
        assert client_of(server).get_run(RUN_ID, "7").output_urls == (LINK,)


def test_record_of_another_run_is_not_taken_for_this_one():
    error, _ = failure(lambda client: client.get_run(EARLIER, "7"), reply_json(QUEUED))
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize(
    "named",
    [
        {"client_ref": "8"},
        {"metadata": {"run": "8"}},
        {"client_ref": "8", "metadata": {"run": "9"}},
    ],
)
def test_a_record_that_names_another_run_is_none_of_ours(named):
    error, _ = failure(lambda client: client.get_run(RUN_ID, "7"), reply_json({**QUEUED, **named}))
    assert (type(error), error.code) == (NotFound, "another_run")
    error, _ = failure(create, reply_json({**QUEUED, **named}, 201))
    assert (type(error), error.not_accepted) == (OutcomeUnknown, False)


@pytest.mark.parametrize(
    "named",
    [{}, {"client_ref": None, "metadata": None}, {"client_ref": "8", "metadata": {"run": "7"}}],
)
def test_a_record_that_names_nothing_or_us_in_one_place_is_ours(named):
    with HttpServer(reply_json({**QUEUED, **named})) as server:
        assert client_of(server).get_run(RUN_ID, "7").id == RUN_ID


def test_run_id_in_capitals_is_the_same():
    with HttpServer(reply_json({**QUEUED, "id": RUN_ID.upper()})) as server:
        assert client_of(server).get_run(RUN_ID, "7").id == RUN_ID.upper()


def test_run_that_is_not_there_is_not_found():
    error, _ = failure(lambda client: client.get_run(RUN_ID, "7"), envelope(404, "RUN_NOT_FOUND"))
    assert (type(error), error.code) == (NotFound, "RUN_NOT_FOUND")


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "a?b"])
def test_id_that_cannot_be_one_is_not_asked_for(run_id):
    error, requests = failure(lambda client: client.get_run(run_id, "7"), reply_json(QUEUED))
    assert type(error) is NotFound
    assert requests == []
