"""The page that says how often each finding was overruled, and what else tells of findings."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunFinding
from tests.shop import (
    CHANGELIST,
    ISOLATE,
    RESTORE,
    REVIEW,
    RUNS,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_run,
    make_staff,
)
from tests.shops.catalogue.models import ProductImage
from tests.verdicts import make_judged, measures

pytestmark = pytest.mark.django_db

PAGE = "/product-isolation/findings/"
Decision = RunFinding.Decision


def decided(run, decision, *, days_ago=0) -> None:
    moment = timezone.now() - timedelta(days=days_ago)
    RunFinding.objects.filter(run=run).update(decision=decision, found_at=moment)


def row(page, title):
    """The numbers of one finding: recent and ever, found, approved, rejected, undecided."""
    [found] = [one for one in page.context["rows"] if one.title == title]
    return [
        (getattr(found.recent, name), getattr(found.ever, name))
        for name in ("raised", "overruled", "declined", "undecided")
    ]


def test_the_page_has_a_name():
    assert reverse("product_isolation:findings") == PAGE


def test_each_finding_is_counted_by_what_people_decided(client, staff):
    blurry = measures(outline=7.0)
    for decision, days in (("overruled", 0), ("overruled", 100), ("declined", 1), ("", 2)):
        decided(make_judged(measured=blurry), decision, days_ago=days)
    decided(make_judged(measured=measures(label=0.1)), Decision.DECLINED)
    page = client.get(PAGE)
    assert row(page, "Blurry") == [(3, 4), (1, 2), (1, 1), (1, 1)]
    assert row(page, "Text or pattern differs") == [(1, 1), (0, 0), (1, 1), (0, 0)]
    assert row(page, "Cut off") == [(0, 0)] * 4
    text = " ".join(strip_tags(page.content.decode()).split())
    assert "Blurry 3 of 4 1 of 2 1 of 1 1 of 1" in text
    assert f'<a href="{RUNS}?finding=soft">Blurry</a>' in page.content.decode()


def test_a_finding_without_a_rule_is_called_by_its_id(client, staff):
    run = make_judged()
    RunFinding.objects.create(run=run, finding="rule_of_old", strength=1.0)
    assert row(client.get(PAGE), "rule_of_old")[0] == (1, 1)


def test_the_page_is_for_those_who_review_or_read_runs(client):
    for permissions, status in (
        ([REVIEW, VIEW], 200),
        ([VIEW_RUNS], 200),
        ([ISOLATE], 200),
        ([RESTORE], 403),
    ):
        client.force_login(make_staff(*permissions, name="-".join(permissions)))
        assert client.get(PAGE).status_code == status
    assert client.post(PAGE).status_code == 405


def test_it_counts_the_runs_that_one_may_see(client, monkeypatch, staff):
    from django.contrib import admin

    mine = make_judged(measured=measures(outline=7.0))
    make_judged(measured=measures(outline=7.0))
    model_admin = admin.site.get_model_admin(ProductImage)
    monkeypatch.setattr(
        model_admin,
        "get_queryset",
        lambda request: ProductImage.objects.filter(pk=mine.object_pk),
    )
    assert row(client.get(PAGE), "Blurry")[0] == (1, 1)
    assert "Blurry (1)" in client.get(RUNS).content.decode()


def test_it_takes_the_same_queries_for_any_number(client, staff, count_queries):
    make_judged(measured=measures(outline=7.0))
    few = count_queries(lambda: client.get(PAGE))
    for _ in range(5):
        make_judged(measured=measures(outline=7.0, label=0.1))
    assert count_queries(lambda: client.get(PAGE)) <= few


@pytest.mark.parametrize(
    ("review", "missing", "said"),
    [
        (False, [], "New results are not compared with your photos"),
        ("doubtful", ["numpy"], "Not installed: numpy."),
        ("doubtful", [], ""),
    ],
)
def test_it_says_what_is_not_judged(client, staff, option, monkeypatch, review, missing, said):
    from django_product_isolation.staff import finding_counts

    option(REVIEW=review)
    monkeypatch.setattr(finding_counts, "missing_packages", lambda: missing)
    page = client.get(PAGE).content.decode()
    assert said in page
    assert ("isolation-note" in page) is bool(said)


def test_the_queue_says_what_is_not_installed_and_each_result_what_was_not_compared(
    client, staff, option, monkeypatch
):
    from django_product_isolation.staff import review

    unchecked = [{"what": "comparison", "why": "missing opencv-python-headless"}]
    make_judged(measured=measures(unchecked=unchecked))
    queue = reverse("product_isolation:review")
    assert "in part only" not in client.get(queue).content.decode()
    option(REVIEW="doubtful")
    monkeypatch.setattr(review, "missing_packages", lambda: ["opencv-python-headless"])
    page = client.get(queue).content.decode()
    assert "in part only. Not installed: opencv-python-headless." in page
    assert (
        "Colours, text and outline were not compared. Not installed: opencv-python-headless."
        in page
    )


def test_the_run_list_is_narrowed_to_a_finding_and_counts_it(client, staff):
    make_judged(name="Bowl", measured=measures(outline=7.0, label=0.1))
    make_judged(name="Cup", measured=measures(outline=7.0))
    make_judged(name="Pot")
    page = client.get(RUNS)
    assert "Blurry (2)" in page.content.decode()
    assert "Text or pattern differs (1)" in page.content.decode()
    page = client.get(RUNS, {"finding": "soft"})
    assert {run.label for run in page.context["cl"].result_list} == {"Bowl", "Cup"}
    narrowed = client.get(RUNS, {"finding": "soft", "status__exact": Status.APPLIED})
    assert not list(narrowed.context["cl"].result_list)
    assert "Blurry (" not in narrowed.content.decode()


def test_many_runs_with_a_finding_are_listed_as_few_are(client, staff, monkeypatch):
    from django_product_isolation.admin import finding_filter

    monkeypatch.setattr(finding_filter, "FEW", 2)
    for n in range(4):
        make_judged(name=f"Cup {n}", measured=measures(outline=7.0))
    make_judged(name="Pot")
    listed = client.get(RUNS, {"finding": "soft"}).context["cl"].result_list
    assert sorted(run.label for run in listed) == [f"Cup {n}" for n in range(4)]


def test_a_shop_in_which_nothing_was_found_has_no_such_filter(client, staff):
    make_run(Status.READY)
    assert "By finding" not in client.get(RUNS).content.decode()


def test_lists_and_queue_lead_to_the_page_where_results_are_compared(client, staff, option):
    addresses = (RUNS, reverse("product_isolation:review"))
    for address in addresses:
        assert f'href="{PAGE}"' not in client.get(address).content.decode()
    option(REVIEW="doubtful")
    for address in addresses:
        assert f'href="{PAGE}"' in client.get(address).content.decode()


def test_an_images_history_says_how_its_result_came_to_be_published(client, staff):
    clean = make_judged(Status.APPLIED, name="Cup")
    clean.record("at_once")
    found = make_judged(Status.APPLIED, name="Pot", measured=measures(outline=7.0))
    found.record("at_once", detail="soft")
    passed = make_judged(Status.APPLIED, name="Jug", measured=measures(outline=7.0))
    passed.record("approved", detail="soft", actor=staff)
    for run, words in (
        (clean, "Published at once: nothing found"),
        (found, "Published at once: Blurry"),
        (passed, "Approved by ann, in spite of: Blurry"),
    ):
        page = client.get(f"{CHANGELIST}{image_of(run).pk}/change/").content.decode()
        assert words in page
    runs = IsolationRun.objects.filter(pk=clean.pk)
    page = client.get(f"{RUNS}{runs.get().pk}/change/").content.decode()
    assert "Published at once" in page
    assert "nothing found" in page
