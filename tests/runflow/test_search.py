"""Runs are found again by what was sent with them."""

import pytest

from django_product_isolation.runflow import (
    AccountRefused,
    OutcomeUnknown,
    RateLimited,
    Refused,
)
from tests.http_server import (
    HttpServer,
    reply,
    reply_json,
)

from .test_client import BEGUN, EARLIER, QUEUED, RUN_ID, client_of, envelope, failure, listing


def ours(run_id, client_ref="ref"):
    return {**QUEUED, "id": run_id, "client_ref": client_ref}


def found(*answers, client_ref="ref"):
    with HttpServer(*answers) as server:
        search = client_of(server).find_runs(client_ref, BEGUN)
    return [run.id for run in search.runs], [request.query for request in server.requests]


def is_complete(*pages):
    """Whether a search that no filter answers, and that finds nothing, has seen all there is."""
    with HttpServer(listing(), listing(), *pages) as server:
        search = client_of(server).find_runs("ref", BEGUN)
    assert search.runs == []
    return search.is_complete


def test_run_is_found_by_the_first_filter():
    ids, queries = found(listing(ours(RUN_ID)))
    assert ids == [RUN_ID]
    assert queries == [{"limit": "200", "q": "client_ref.EQ:'ref'"}]


@pytest.mark.parametrize(
    "first", [envelope(400), envelope(422), listing(), listing(ours("x", "y"))]
)
def test_run_is_found_by_the_second_filter(first):
    ids, queries = found(first, listing(ours(RUN_ID)))
    assert ids == [RUN_ID]
    assert queries[1]["q"] == "client_ref:ref"


def test_run_is_found_among_the_newest_when_no_filter_works():
    ids, queries = found(
        envelope(422),
        envelope(400),
        listing(ours("a", "other"), next_pq="page 2"),
        listing(ours(RUN_ID), next="https://api.example/v1/runs?pq=page-3"),
        listing(ours(EARLIER), "no record", next_pq=None),
    )
    assert ids == [EARLIER, RUN_ID]
    newest = {"limit": "200", "sort_by": "created_at:desc"}
    assert queries[2:] == [newest, {**newest, "pq": "page 2"}, {**newest, "pq": "page-3"}]


def test_only_exactly_the_same_reference_counts_oldest_first_each_once():
    ids, _ = found(
        listing(
            ours(RUN_ID), ours("z", "REF"), ours("y", None), ours("x", "ref2"), ours(EARLIER),
            ours(RUN_ID),
        )
    )  # fmt: skip
    assert ids == [EARLIER, RUN_ID]


def test_nothing_found_is_an_empty_list():
    ids, queries = found(listing())
    assert ids == []
    assert len(queries) == 3


def test_search_ends_on_a_cursor_that_leads_back_and_after_25_pages():
    _, queries = found(listing(), listing(), listing(next_pq="a"), listing(next_pq="a"))
    assert len(queries) == 4
    pages = [listing(next_pq=str(number)) for number in range(50)]
    _, queries = found(listing(), listing(), *pages)
    assert len(queries) == 27


def test_run_whose_client_ref_was_dropped_is_found_by_its_metadata():
    record = {**QUEUED, "id": RUN_ID, "client_ref": None, "metadata": {"run": "ref"}}
    ids, _ = found(listing(), listing(), listing(record))
    assert ids == [RUN_ID]


def test_run_whose_metadata_was_dropped_is_found_by_its_client_ref():
    record = {**QUEUED, "id": RUN_ID, "client_ref": "ref", "metadata": None}
    assert found(listing(record))[0] == [RUN_ID]


def made(moment, **fields):
    return {**QUEUED, "client_ref": "other", "created_at": moment, **fields}


BEFORE, AFTER, LATER = "2026-06-30T10:00:00Z", "2026-07-01T10:00:00Z", "2026-07-02T10:00:00Z"


@pytest.mark.parametrize(
    "pages",
    [
        [listing()],
        [listing(made(LATER), made(AFTER))],
        [listing(made(LATER), made(BEFORE), next_pq="more")],
        [listing(made(LATER), next_pq="a"), listing(made(AFTER), made(BEFORE), next_pq="b")],
    ],
    ids=["none", "all", "reaches behind", "second page"],
)
def test_search_that_has_seen_all_runs_since_then_is_complete(pages):
    assert is_complete(*pages)


@pytest.mark.parametrize(
    "pages",
    [
        [listing(made(LATER), made(AFTER), next_pq="a")],
        [listing(made(BEFORE), made(LATER), next_pq="a")],
        [listing(made(AFTER), made(None), next_pq="a")],
        [listing(made("yesterday"), next_pq="a")],
        [listing({"id": RUN_ID, "status_code": "queued"})],
        [listing("no record")],
    ],
    ids=["cursor leads back", "oldest first", "no time", "no moment", "unlinked", "no record"],
)
def test_search_that_may_have_missed_a_run_is_not(pages):
    assert not is_complete(*pages)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([envelope(401)], AccountRefused),
        ([envelope(429)], RateLimited),
        ([envelope(500)], OutcomeUnknown),
        ([reply(b"<html>", 400)], OutcomeUnknown),
        ([reply_json({"items": None})], OutcomeUnknown),
        ([listing(), listing(), envelope(422)], Refused),
        ([listing({"id": "..", "client_ref": "ref"})], OutcomeUnknown),
    ],
)
def test_search_that_cannot_be_finished_never_says_that_nothing_is_there(answers, kind):
    error, requests = failure(lambda client: client.find_runs("ref", BEGUN), *answers, listing())
    assert type(error) is kind
    assert len(requests) == len(answers)
