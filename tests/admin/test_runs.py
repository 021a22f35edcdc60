"""The record of runs in the admin: lists, the run's page, decisions on both."""

from decimal import Decimal

import pytest
from django.contrib.admin.views.main import ChangeList
from django.db import OperationalError

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from tests.moments import at
from tests.shop import (
    CHANGE,
    ISOLATE,
    RESTORE,
    REVIEW,
    RUNS,
    VIEW,
    VIEW_RUNS,
    make_batch,
    make_run,
    make_staff,
    status_of,
    tick,
)

pytestmark = pytest.mark.django_db

# Where each decision can be taken, and where it leads when it is.
APPLIES = {
    "approve": {Status.READY: Status.READY},
    "reject": {Status.READY: Status.REJECTED},
    "resume": {Status.HELD: Status.QUEUED},
    "restore": {Status.APPLIED: Status.RESTORING},
    "keep": {Status.RESTORING: Status.APPLIED},
    "stop": dict.fromkeys(
        [Status.QUEUED, Status.PROCESSING, Status.COLLECTING, Status.HELD], Status.CANCELLED
    ),
    # These begin something new, or lead to where it is begun: the run itself stays as it is.
    "redo": {Status.READY: Status.READY},
    "retry": {status: status for status in (Status.FAILED, Status.CANCELLED)},
    "change": {
        status: status
        for status in (
            Status.FAILED,
            Status.CANCELLED,
            Status.REJECTED,
            Status.RESTORED,
            Status.SUPERSEDED,
        )
    },
}


def page_of(run) -> str:
    return f"{RUNS}{run.pk}/change/"


def test_the_list_shows_status_pictures_reason_and_cost(client, staff):
    batch = make_batch(staff)
    make_run(Status.APPLIED, batch=batch, name="Cup", cost=Decimal("0.27"))
    make_run(Status.HELD, batch=batch, name="Pot", reason=Reason.NO_CREDIT)
    page = client.get(RUNS).content.decode()
    assert '<span class="isolation-badge isolation-good">Applied</span>' in page
    assert "The Runflow account has no credit left." in page
    assert "$0.27" in page
    assert page.count('class="isolation-thumb" src="') == 3  # the held one has no result


def test_the_list_is_searched_by_name_runflow_id_and_key(client, staff):
    cup = make_run(name="Cup", runflow_run_id="run_abc")
    make_run(name="Pot", runflow_run_id="run_xyz")
    for sought in ("cup", "run_abc", cup.object_pk):
        listed = client.get(RUNS, {"q": sought}).context["cl"].result_list
        assert [run.label for run in listed] == ["Cup"]


def test_the_list_is_filtered_by_status_and_date(client, staff):
    make_run(Status.QUEUED, name="Cup")
    make_run(Status.FAILED, name="Pot")
    listed = client.get(RUNS, {"status__exact": "failed"}).context["cl"].result_list
    assert [run.label for run in listed] == ["Pot"]
    assert (
        client.get(RUNS, {"batch__created_at__gte": str(at("2000-01-01 00:00:00+00:00"))})
        .context["cl"]
        .result_count
        == 2
    )


@pytest.mark.parametrize("lookup", ["result_name__regex", "result_name__iregex"])
def test_a_pattern_that_is_none_is_sent_away(client, staff, lookup):
    make_run(Status.APPLIED)
    response = client.get(RUNS, {lookup: "("})
    assert (response.status_code, response["Location"]) == (302, f"{RUNS}?e=1")


def test_a_database_that_fails_is_no_matter_of_what_was_asked(client, staff, monkeypatch):
    def fail(self, request):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(ChangeList, "get_results", fail)
    with pytest.raises(OperationalError):
        client.get(RUNS, {"status__exact": "failed"})


def test_the_page_shows_both_pictures_the_settings_and_what_happened(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5")
    run = make_run(Status.READY, batch=batch, prompt="the cup", reason=Reason.UNUSUAL)
    run.record(RunEvent.Kind.STATUS, Reason.UNUSUAL, "wrong_ratio", status=Status.READY)
    run.record(RunEvent.Kind.PROBLEM, Reason.BUSY)
    run.record(RunEvent.Kind.APPROVED, actor=staff)
    page = client.get(page_of(run)).content.decode()
    assert 'alt="Enamel mug, before"' in page
    assert 'alt="Enamel mug, after"' in page
    for text in ("4:5", "the cup", "unusual", "wrong_ratio", "Runflow is busy.", "Approved"):
        assert text in page
    assert f'href="/admin/catalogue/productimage/{run.object_pk}/change/"' in page


def test_pages_show_no_storage_address_lease_or_token(client, staff):
    run = make_run(Status.APPLIED)
    lease = "6f1f7f0e-5a7c-4c1c-9d53-3ed1a0a1aaaa"
    IsolationRun.objects.filter(pk=run.pk).update(lease_owner=lease)
    for url in (RUNS, page_of(run)):
        page = client.get(url).content.decode()
        assert lease not in page
        assert "/media/" not in page
        assert run.source_sha256 not in page


def test_runs_are_read_only(client, staff):
    run = make_run()
    assert client.get(f"{RUNS}add/").status_code == 403
    assert client.get(f"{RUNS}{run.pk}/delete/").status_code == 403
    assert client.post(page_of(run), {"label": "Other"}).status_code == 403
    assert client.post(RUNS, tick([run], "delete_selected")).status_code == 302
    assert status_of(run) == Status.QUEUED


@pytest.mark.parametrize(
    ("permission", "status"),
    [(VIEW_RUNS, 200), (ISOLATE, 200), (REVIEW, 403), (RESTORE, 403), (CHANGE, 403)],
)
def test_runs_are_read_with_a_permission_for_it(client, permission, status):
    client.force_login(make_staff(permission, VIEW))
    run = make_run()
    assert client.get(RUNS).status_code == status
    assert client.get(page_of(run)).status_code == status


def test_fifty_runs_cost_as_many_queries_as_five(client, staff, count_queries):
    batch = make_batch(staff)
    for n in range(5):
        make_run(Status.APPLIED, batch=batch, name=f"Cup {n}")
    client.get(RUNS)
    few = count_queries(lambda: client.get(RUNS))
    for n in range(45):
        make_run(Status.FAILED, batch=make_batch(staff), name=f"Pot {n}")
    assert count_queries(lambda: client.get(RUNS)) == few


def test_forty_events_cost_as_many_queries_as_four(client, staff, count_queries):
    run = make_run()

    def add(count):
        for _ in range(count):
            run.record(RunEvent.Kind.APPROVED, actor=staff)

    add(4)
    client.get(page_of(run))
    few = count_queries(lambda: client.get(page_of(run)))
    add(36)
    assert count_queries(lambda: client.get(page_of(run))) == few


def test_every_open_status_but_sending_can_be_ended_by_a_person():
    """While a request may be on its way, nobody can know what stopping would mean."""
    endable = {status for name in ("stop", "reject", "keep") for status in APPLIES[name]}
    assert endable == OPEN_STATUSES - {Status.SUBMITTING}


@pytest.mark.parametrize(
    ("review", "doubt", "words"),
    [(True, None, "yes"), (False, None, "no"), (False, 0, "if doubtful")],
)
def test_whether_a_person_looks_first_is_said_in_words(client, staff, review, doubt, words):
    run = make_run(Status.APPLIED, batch=make_batch(staff, review=review), doubt=doubt)
    form = client.get(f"{RUNS}{run.pk}/change/").context["adminform"]
    fields = [field for part in form for line in part for field in line]
    [told] = [one.contents() for one in fields if one.field["name"] == "review_first"]
    assert told == words


def test_the_filter_by_date_has_the_columns_word(client, staff):
    make_run()
    titles = [one.title for one in client.get(RUNS).context["cl"].filter_specs]
    assert "started" in titles
    assert "created" not in titles
