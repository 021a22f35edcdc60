"""The lists of runs and batches when there are very many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_product_isolation.admin import records, search
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.shop import BATCHES, EVERYTHING, RUNS, make_batch, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(client):
    client.force_login(make_staff(*EVERYTHING, "catalogue.view_swatch"))


@pytest.fixture
def many(monkeypatch):
    """As if the runs of these tests were a hundred thousand."""
    monkeypatch.setattr(search, "MANY", 2)


def add_runs(count, name="Cup", *, days_ago=0, **values):
    batch = make_batch(created_at=timezone.now() - timedelta(days=days_ago))
    made = IsolationRun.objects.count()
    defaults = {"source_name": "a.jpg", "status": Status.APPLIED, "due_at": None}
    return IsolationRun.objects.bulk_create(
        IsolationRun(batch=batch, label=name, **{"object_pk": f"image-{n}", **defaults, **values})
        for n in range(made, made + count)
    )


def listed(response) -> list[str]:
    return [run.label for run in response.context["cl"].result_list]


def test_rows_beyond_the_limit_are_neither_counted_nor_paged(client, monkeypatch):
    monkeypatch.setattr(records, "MAX_LISTED", 100)
    add_runs(150)
    response = client.get(RUNS)
    assert response.context["cl"].result_count == 100
    assert response.context["cl"].paginator.num_pages == 2
    assert "Only the first 100 are listed." in response.content.decode()
    assert len(listed(client.get(RUNS, {"p": 2}))) == 50
    assert client.get(RUNS, {"p": 3}).status_code == 302


def test_the_database_counts_no_further_than_the_limit(client, monkeypatch):
    monkeypatch.setattr(records, "MAX_LISTED", 100)
    for address in (RUNS, BATCHES):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        [count] = [query["sql"] for query in queries if "COUNT(*) FROM" in query["sql"]]
        assert "LIMIT 101" in count


def test_up_to_the_limit_nothing_is_said_of_it(client, monkeypatch):
    monkeypatch.setattr(records, "MAX_LISTED", 100)
    add_runs(100)
    response = client.get(RUNS)
    assert response.context["cl"].result_count == 100
    assert "are listed" not in response.content.decode()


def test_the_list_of_batches_is_bounded_too(client, monkeypatch):
    monkeypatch.setattr(records, "MAX_LISTED", 3)
    for _ in range(4):
        make_batch()
    assert client.get(BATCHES).context["cl"].result_count == 3


def test_among_few_runs_names_are_sought_in_all(client):
    add_runs(1, days_ago=700)
    response = client.get(RUNS, {"q": "cup"})
    assert listed(response) == ["Cup"]
    assert "Search all" not in response.content.decode()


def test_among_many_runs_names_are_sought_in_the_newest_and_the_page_says_so(client, many):
    add_runs(1, "Old cup", days_ago=31)
    add_runs(1, "New cup", days_ago=29)
    add_runs(1, "New pot", days_ago=1)
    response = client.get(RUNS, {"q": "cup", "status__exact": "applied"})
    assert listed(response) == ["New cup"]
    page = response.content.decode()
    assert "Only runs since" in page
    link = page.partition("since")[2].partition('href="')[2].partition('"')[0]
    assert "status__exact=applied" in link
    everything = client.get(RUNS + link.replace("&amp;", "&"))
    assert listed(everything) == ["New cup", "Old cup"]
    assert "Only runs since" not in everything.content.decode()


def test_in_very_many_batches_the_same_runs_are_found(client, many, monkeypatch):
    monkeypatch.setattr(search, "MANY_BATCHES", 1)
    add_runs(1, "Old cup", days_ago=31)
    add_runs(1, "New cup", days_ago=29)
    add_runs(1, "Newer cup", days_ago=1)
    assert listed(client.get(RUNS, {"q": "cup"})) == ["Newer cup", "New cup"]


@pytest.mark.parametrize("few", [0, 1, 3])
def test_what_is_found_does_not_depend_on_how_much_it_is(client, monkeypatch, few):
    monkeypatch.setattr(search, "FEW", few)
    add_runs(1, "Oak cup", days_ago=2)
    add_runs(1, "Brass pot", days_ago=1)
    add_runs(1, "Blue cup")
    add_runs(1, "Green cup", status=Status.FAILED)
    response = client.get(RUNS, {"q": "CUP", "status__exact": "applied"})
    assert listed(response) == ["Blue cup", "Oak cup"]
    assert response.context["cl"].result_count == 2
    assert listed(client.get(RUNS, {"q": "oak cup"})) == ["Oak cup"]


def test_ids_and_keys_are_found_among_all_runs(client, many):
    add_runs(1, "Old cup", days_ago=700, runflow_run_id="run_old", object_pk="4711")
    add_runs(3, "Cup 4711")
    assert listed(client.get(RUNS, {"q": " run_old "})) == ["Old cup"]
    assert listed(client.get(RUNS, {"q": "4711"})) == ["Old cup"]
    assert listed(client.get(RUNS, {"q": "4711", "status__exact": "failed"})) == []
    assert listed(client.get(RUNS, {"q": "Cup 4711"})) == ["Cup 4711"] * 3


def test_a_long_list_costs_as_many_queries_as_a_short_one(client, count_queries):
    def look(**query):
        return count_queries(lambda: client.get(RUNS, query))

    def look_at_batches():
        return count_queries(lambda: client.get(BATCHES))

    add_runs(1)
    look()
    few = look(), look(q="cup"), look_at_batches()
    for _ in range(20):
        add_runs(5)
    assert (look(), look(q="cup"), look_at_batches()) == few


def test_lists_are_not_sorted_by_what_no_index_holds(client):
    add_runs(2)
    page = client.get(RUNS).content.decode()
    assert "sortable column-started" in page
    for column in ("label", "state", "charged"):
        assert f'class="column-{column}"' in page  # no "sortable"


def test_no_facets_are_offered(client):
    add_runs(1)
    assert "_facets" not in client.get(RUNS).content.decode()
    assert "_facets" not in client.get(BATCHES).content.decode()
