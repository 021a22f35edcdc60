"""The review queue shows what something was found in first, and approves the rest by one button."""

import re

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent, RunFinding
from tests.shop import CHANGE, REVIEW, RUNS, VIEW, make_batch, make_run, make_staff, said, status_of
from tests.shops.catalogue.models import ProductImage
from tests.staff.test_review import QUEUE, shown
from tests.verdicts import make_judged, measures

pytestmark = pytest.mark.django_db

ALL = "approve:without-findings"


def counted_on(page) -> str:
    """The keys that the button counted."""
    return " ".join(page.context["without_findings"])


def test_the_most_doubtful_come_first_whichever_their_batch(client, staff):
    old, new = make_batch(staff), make_batch(staff)
    make_judged(name="Clean", batch=new)
    make_run(Status.READY, name="Never compared", batch=old)
    make_judged(name="A little", batch=new, measured=measures(outline=6.0))
    make_judged(name="Most", batch=old, measured=measures(label=0.2))
    make_judged(name="Some", batch=new, measured=measures(label=0.03))
    page = client.get(QUEUE)
    assert shown(page) == ["Most", "Some", "A little", "Never compared", "Clean"]
    assert "Look closely at these" in page.content.decode()


def test_pages_follow_one_another_without_gap_or_repetition(client, staff, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 9  # two results on a page
    batch = make_batch(staff)
    names = [f"Cup {n}" for n in range(7)]
    for name in names:
        make_judged(name=name, batch=batch, measured=measures(outline=6.0))
    pages = [shown(client.get(QUEUE, {"page": n})) for n in range(1, 5)]
    assert [name for page in pages for name in page] == names


def test_the_button_counts_what_was_compared_and_nothing_found_in(client, staff):
    clean = [make_judged(name=f"Cup {n}") for n in range(3)]
    make_judged(name="Found", measured=measures(label=0.1))
    make_run(Status.READY, name="Never compared")
    make_judged(name="Unusual", reason="unusual")
    page = client.get(QUEUE)
    assert "Approve 3 without findings" in page.content.decode()
    assert set(counted_on(page).split()) == {str(run.pk) for run in clean}
    response = client.post(
        QUEUE, {"decide": ALL, "without_findings": counted_on(page)}, follow=True
    )
    assert said(response) == ["3 results approved."]
    waiting = IsolationRun.objects.filter(review=True).values_list("label", flat=True)
    assert set(waiting) == {"Found", "Never compared", "Unusual"}
    assert "without findings" not in response.content.decode()


def test_what_came_after_the_page_was_made_is_not_approved(client, staff):
    first = make_judged(name="First")
    keys = counted_on(client.get(QUEUE))
    later = make_judged(name="Later")
    client.post(QUEUE, {"decide": ALL, "without_findings": keys})
    assert [IsolationRun.objects.get(pk=run.pk).review for run in (first, later)] == [False, True]


def test_what_was_decided_meanwhile_is_told(client, staff):
    runs = [make_judged(name=name) for name in ("Cup", "Pot")]
    keys = counted_on(client.get(QUEUE))
    IsolationRun.objects.filter(pk=runs[0].pk).update(review=False)
    response = client.post(QUEUE, {"decide": ALL, "without_findings": keys}, follow=True)
    assert said(response) == ["1 result approved."]


def test_no_forged_key_approves_what_something_was_found_in(client, staff):
    run = make_judged(measured=measures(label=0.1))
    client.post(QUEUE, {"decide": ALL, "without_findings": str(run.pk)})
    assert IsolationRun.objects.get(pk=run.pk).review
    for wrong in ("nonsense", "approve"):
        response = client.post(QUEUE, {"decide": ALL, "without_findings": wrong})
        assert response.status_code == 400


def test_images_that_one_may_not_change_are_not_counted(client, staff, some_are_locked):
    locked, free = make_judged(name="Locked"), make_judged(name="Free")
    ProductImage.objects.filter(pk=locked.object_pk).update(caption="locked")
    assert counted_on(client.get(QUEUE)) == str(free.pk)
    both = f"{locked.pk} {free.pk}"
    client.post(QUEUE, {"decide": ALL, "without_findings": both})
    assert IsolationRun.objects.get(review=True) == locked


def test_the_button_keeps_to_the_batch_that_is_looked_at(client, staff):
    run = make_judged(name="Cup")
    make_judged(name="Pot")
    assert counted_on(client.get(QUEUE, {"batch": run.batch_id})) == str(run.pk)


def test_the_queue_takes_the_same_queries_for_one_result_or_many(client, staff, count_queries):
    batch = make_batch(staff)

    def look():
        return client.get(QUEUE)

    make_judged(batch=batch, measured=measures(label=0.1))
    make_judged(batch=batch)
    few = count_queries(look)
    for n in range(8):
        make_judged(batch=batch, name=f"Cup {n}", measured=measures(label=0.1))
        make_judged(batch=batch, name=f"Pot {n}")
    assert count_queries(look) <= few


def test_the_batch_page_counts_findings_and_approves_the_rest(client, staff):
    batch = make_batch(staff)
    clean = [make_judged(name=f"Cup {n}", batch=batch) for n in range(2)]
    found = make_judged(name="Found", batch=batch, measured=measures(label=0.1, outline=7.0))
    address = f"/product-isolation/batches/{batch.pk}/"
    page = client.get(address)
    html = page.content.decode()
    where = f"{RUNS}?finding=label_differs&amp;batch__id__exact={batch.pk}"
    assert f'<a href="{where}">Text or pattern differs: 1</a>' in html
    assert "Blurry: 1" in html
    assert "Approve 2 without findings" in html
    client.post(address, {"decide": ALL, "without_findings": counted_on(page)})
    reviews = {run.pk: run.review for run in batch.runs.all()}
    assert reviews == {clean[0].pk: False, clean[1].pk: False, found.pk: True}
    assert "without findings" not in client.get(address).content.decode()


def test_on_the_batch_page_what_came_later_is_not_approved_either(client, staff):
    batch = make_batch(staff)
    first = make_judged(name="First", batch=batch)
    make_judged(name="Found", batch=batch, measured=measures(label=0.1))
    address = f"/product-isolation/batches/{batch.pk}/"
    keys = counted_on(client.get(address))
    later = make_judged(name="Later", batch=batch)
    client.post(address, {"decide": ALL, "without_findings": keys})
    assert [IsolationRun.objects.get(pk=run.pk).review for run in (first, later)] == [False, True]


def test_approving_in_spite_of_a_finding_names_who_and_which(client, staff):
    run = make_judged(measured=measures(label=0.1, outline=7.0))
    client.post(QUEUE, {"decide": f"approve:{run.pk}"})
    event = run.events.get(kind=RunEvent.Kind.APPROVED)
    assert (event.actor, event.detail) == (staff, "label_differs, soft")
    assert set(run.found.values_list("decision", flat=True)) == {RunFinding.Decision.OVERRULED}
    page = client.get(f"/admin/product_isolation/isolationrun/{run.pk}/change/").content.decode()
    assert "in spite of: Text or pattern differs, Blurry" in page


def test_rejecting_is_noted_beside_each_finding(client, staff):
    run = make_judged(measured=measures(label=0.1))
    client.post(QUEUE, {"decide": f"reject:{run.pk}"})
    assert status_of(run) == Status.REJECTED
    assert run.found.get().decision == RunFinding.Decision.DECLINED


def test_a_result_that_was_not_compared_is_approved_as_before(client, staff):
    run = make_run(Status.READY)
    client.post(QUEUE, {"decide": f"approve:{run.pk}"})
    assert run.events.get(kind=RunEvent.Kind.APPROVED).detail == ""


def test_who_may_not_review_is_offered_nothing(client):
    batch = make_batch()
    make_judged(batch=batch)
    make_judged(batch=batch, name="Found", measured=measures(label=0.1))
    client.force_login(make_staff(CHANGE, VIEW, "product_isolation.isolate_image", name="bea"))
    address = f"/product-isolation/batches/{batch.pk}/"
    page = client.get(address)
    assert "without findings" not in page.content.decode()
    key = str(batch.runs.get(doubt=0).pk)
    response = client.post(address, {"decide": ALL, "without_findings": key})
    assert response.status_code == 403
    assert IsolationRun.objects.filter(review=True).count() == 2
    client.force_login(make_staff(REVIEW, VIEW, name="eve"))
    assert client.post(QUEUE, {"decide": ALL, "without_findings": key}).status_code == 403


def test_what_is_checked_at_this_moment_is_not_approved_unseen(client, staff):
    seen = make_judged(name="Checked")
    pending = {**measures(), "evaluation": {"state": "asked", "waits": True}}
    run = make_judged(name="Being checked", measured=pending)
    page = client.get(QUEUE)
    assert counted_on(page) == str(seen.pk)
    both = f"{seen.pk} {run.pk}"
    client.post(QUEUE, {"decide": ALL, "without_findings": both})
    assert list(IsolationRun.objects.filter(review=True)) == [run]


def test_what_overlaps_is_framed_once_and_what_lies_apart_by_itself(client, staff):
    found = measures(label=0.1)
    [blob] = found["structure"]["blobs"]
    inner = {**blob, "source": [0.3, 0.4, 0.45, 0.6], "result": [0.4, 0.5, 0.6, 0.6]}
    over = {**blob, "source": [0.4, 0.6, 0.8, 0.9], "result": [0.6, 0.7, 0.8, 0.9]}
    apart = {**blob, "source": [0.85, 0.05, 0.95, 0.1], "result": [0.85, 0.05, 0.95, 0.1]}
    found["structure"]["blobs"] = [inner, apart, blob, over]
    make_judged(measured=found)
    page = client.get(QUEUE).content.decode()
    frames = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', page)
    assert len(set(frames)) == 4  # two on each of the pictures
