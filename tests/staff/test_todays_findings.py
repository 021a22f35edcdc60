"""Approving without a look goes by today's rules too; who approves all reads what was found."""

import pytest

from django_product_isolation.imaging import verdict
from django_product_isolation.models import IsolationRun
from tests.shop import make_batch
from tests.staff.test_doubtful_first import ALL, counted_on
from tests.staff.test_review import QUEUE
from tests.verdicts import make_judged, measures

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(staff):
    batch = make_batch(staff)
    large = {**measures(), "size": {"source": [60, 40], "result": [900, 900]}}
    small = [make_judged(name=f"Small {n}", batch=batch) for n in range(2)]
    return [*small, make_judged(name="Large", batch=batch, measured=large)]


@pytest.fixture
def rule_of_today(runs):
    @verdict.register("under_800", "It is small.", "Small")
    def under_800(measured, _limits):
        return 800 / max(measured["size"]["result"])

    yield
    verdict.unregister("under_800")


def batch_page(run):
    return f"/product-isolation/batches/{run.batch_id}/"


def waiting():
    return set(IsolationRun.objects.filter(review=True).values_list("label", flat=True))


def test_the_queue_counts_and_approves_only_what_no_rule_of_today_finds(
    client, runs, rule_of_today
):
    page = client.get(QUEUE)
    assert "It is small." in page.content.decode()
    assert counted_on(page) == str(runs[-1].pk)
    client.post(QUEUE, {"decide": ALL, "without_findings": " ".join(str(r.pk) for r in runs)})
    assert waiting() == {"Small 0", "Small 1"}


def test_so_does_the_batch_page(client, runs, rule_of_today):
    address = batch_page(runs[0])
    assert counted_on(client.get(address)) == str(runs[-1].pk)
    client.post(address, {"decide": ALL, "without_findings": " ".join(str(r.pk) for r in runs)})
    assert waiting() == {"Small 0", "Small 1"}


def test_what_a_page_counted_before_the_rule_came_is_not_approved(client, runs):
    keys = counted_on(client.get(QUEUE))
    verdict.register("never", "It is odd.")(lambda measured, limits: 2.0)
    try:
        client.post(QUEUE, {"decide": ALL, "without_findings": keys})
    finally:
        verdict.unregister("never")
    assert len(waiting()) == 3


def test_a_rule_that_fails_leaves_pages_whole_and_approves_nothing_unseen(client, runs):
    verdict.register("fails", "It is odd.", "Odd")(lambda measured, limits: 1 / 0)
    try:
        pages = [client.get(QUEUE), client.get(batch_page(runs[0]))]
    finally:
        verdict.unregister("fails")
    assert [page.status_code for page in pages] == [200, 200]
    assert "A check failed: Odd. Tell your developer." in pages[0].content.decode()
    assert counted_on(pages[0]) == ""


def test_a_result_of_unknown_size_is_shown_without_marks(client, staff):
    make_judged(measured={**measures(label=0.1), "size": None})
    assert client.get(QUEUE).status_code == 200


def test_the_button_for_all_says_how_many_have_findings(client, runs, rule_of_today):
    page = client.get(batch_page(runs[0])).content.decode()
    assert "Approve: 3, of which 2 have findings" in page
    make_judged(name="Blurry", batch=runs[0].batch, measured=measures(outline=7.0))
    page = client.get(batch_page(runs[0])).content.decode()
    assert "Approve: 4, of which 3 have findings" in page


def test_without_findings_the_button_for_all_says_the_number_alone(client, runs):
    assert ">Approve: 3<" in client.get(batch_page(runs[0])).content.decode()


def test_the_queries_of_the_queue_do_not_grow_with_what_is_without_findings(
    client, runs, count_queries
):
    few = count_queries(lambda: client.get(QUEUE))
    for n in range(8):
        make_judged(name=f"Pot {n}", batch=runs[0].batch)
    assert count_queries(lambda: client.get(QUEUE)) <= few
