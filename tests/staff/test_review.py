"""The review queue: who sees what, which part of it, and what comes of a decision."""

import uuid
from urllib.parse import quote

import pytest
from django.urls import reverse

from django_product_isolation import workflow
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.staff import review as view
from tests.photos import make_swatch
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    REVIEW,
    RUNS,
    VIEW,
    VIEW_RUNS,
    make_batch,
    make_run,
    make_staff,
    said,
    status_of,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

QUEUE = "/product-isolation/review/"


def shown(response) -> list[str]:
    """The products on the page, in its order."""
    return [card.run.label for _batch, cards in response.context["batches"] for card in cards]


def post(client, decision, which="ticked", *, query="", follow=True, **values):
    data = {"decide": f"{decision}:{which}", **values}
    return client.post(QUEUE + query, data, follow=follow)


def make_swatch_run(**values) -> IsolationRun:
    swatch = make_swatch()
    batch = make_batch(model_label="catalogue.swatch", field_name="picture")
    return IsolationRun.objects.create(
        batch=batch,
        object_pk=str(swatch.pk),
        label="Linen",
        status=Status.READY,
        review=True,
        due_at=None,
        source_name=swatch.picture.name,
        active_key=f"catalogue.swatch.picture:{swatch.pk}",
        **values,
    )


def test_the_queue_has_a_name():
    assert reverse("product_isolation:review") == QUEUE


@pytest.mark.parametrize(
    ("permissions", "status"),
    [([REVIEW, VIEW], 200), ([ISOLATE, VIEW_RUNS, CHANGE, VIEW], 403), ([], 403)],
)
def test_the_queue_is_for_reviewers(client, permissions, status):
    client.force_login(make_staff(*permissions))
    run = make_run(Status.READY)
    assert client.get(QUEUE).status_code == status
    assert post(client, "approve", run.pk).status_code == 403
    assert IsolationRun.objects.get().review


def test_who_is_not_logged_in_is_led_to_the_login(client):
    response = client.get(QUEUE, {"page": 2})
    assert response["Location"] == f"/admin/login/?next={quote(QUEUE + '?page=2')}"


def test_only_what_waits_for_a_person_is_listed(client, staff):
    for status in Status:
        make_run(status, name=status.value)
    make_run(Status.READY, name="being published", review=False)
    assert shown(client.get(QUEUE)) == ["ready"]


def test_the_newest_batch_comes_first(client, staff):
    old, new = make_batch(staff), make_batch(staff)
    for batch, name in ((old, "Bowl"), (new, "Jug"), (old, "Ash tray"), (new, "Cup")):
        make_run(Status.READY, batch=batch, name=name)
    response = client.get(QUEUE)
    assert shown(response) == ["Cup", "Jug", "Ash tray", "Bowl"]
    assert [batch.pk for batch, _cards in response.context["batches"]] == [new.pk, old.pk]


def test_one_batch_can_be_looked_at_alone(client, staff):
    run = make_run(Status.READY, name="Cup")
    make_run(Status.READY, name="Pot")
    assert shown(client.get(QUEUE, {"batch": run.batch_id})) == ["Cup"]
    assert client.get(QUEUE, {"batch": "nonsense"}).status_code == 400
    assert shown(client.get(QUEUE, {"batch": uuid.uuid4()})) == []


def test_one_kind_of_image_can_be_looked_at_alone(client):
    client.force_login(make_staff(*EVERYTHING, "catalogue.change_swatch"))
    make_run(Status.READY, name="Cup")
    make_swatch_run()
    response = client.get(QUEUE)
    assert shown(response) == ["Linen", "Cup"]
    assert "Swatchs (1)" in response.content.decode()
    assert shown(client.get(QUEUE, {"model": "catalogue.swatch"})) == ["Linen"]


def test_images_that_the_reviewer_may_not_change_are_not_listed(client, staff):
    make_swatch_run()
    response = client.get(QUEUE)
    assert shown(response) == []
    assert "Nothing waits for review" in response.content.decode()


def test_a_locked_image_is_shown_but_not_decided_about(client, staff, some_are_locked):
    run = make_run(Status.READY)
    ProductImage.objects.update(caption="locked")
    page = client.get(QUEUE).content.decode()
    assert "You are not allowed to change this image." in page
    assert f'value="approve:{run.pk}"' not in page
    assert f'value="{run.pk}"' not in page
    assert post(client, "approve", run=[run.pk]).status_code == 403
    assert IsolationRun.objects.get().review


def test_each_result_has_both_pictures_its_prompt_and_what_is_unusual(client, staff):
    run = make_run(Status.READY, prompt="the cup", reason=Reason.UNUSUAL)
    page = client.get(QUEUE).content.decode()
    for which in ("source", "result"):
        address = reverse("product_isolation:preview_run", args=[run.pk, which])
        assert f'src="{address}?size=480&amp;v=' in page
        assert f'href="{address}?size=1200&amp;v=' in page
    assert "the cup" in page
    assert "The result looks unusual." in page


def test_an_approved_result_is_on_its_way(client, staff):
    run = make_run(Status.READY)
    response = post(client, "approve", run.pk)
    assert said(response) == ["1 result approved."]
    assert response.redirect_chain == [(QUEUE, 302)]
    run.refresh_from_db()
    assert (run.review, run.due_at is None) == (False, False)


def test_all_ticked_are_decided_about_and_no_others(client, staff):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Jug", "Pot")]
    response = post(client, "reject", run=[run.pk for run in runs[:2]])
    assert said(response) == ["2 results rejected."]
    assert [status_of(run) for run in runs] == [Status.REJECTED, Status.REJECTED, Status.READY]


def test_who_ticks_nothing_is_told_so(client, staff):
    make_run(Status.READY)
    assert said(post(client, "approve")) == ["Select a result that still waits, then decide."]
    assert IsolationRun.objects.get().review


def test_no_more_are_decided_about_than_one_page_holds(client, staff, monkeypatch):
    monkeypatch.setattr(view, "PER_PAGE", 2)
    runs = [make_run(Status.READY, name=f"Cup {n}") for n in range(3)]
    post(client, "reject", run=[run.pk for run in runs])
    assert IsolationRun.objects.filter(status=Status.READY).count() == 1


def test_what_a_colleague_decided_meanwhile_stands(client, staff):
    run = make_run(Status.REJECTED)
    response = post(client, "approve", run.pk)
    assert said(response) == ["Enamel mug does not wait for review."]
    assert status_of(run) == Status.REJECTED


@pytest.mark.parametrize("posted", ["", "approve", "approve:nonsense", "stop:ticked", "retry:x"])
def test_nonsense_is_refused(client, staff, posted):
    make_run(Status.READY)
    assert client.post(QUEUE, {"decide": posted}).status_code == 400


def test_a_note_is_kept_with_the_rejection(client, staff):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    notes = {f"note-{runs[0].pk}": " the handle is missing ", f"note-{runs[1].pk}": ""}
    post(client, "reject", run=[run.pk for run in runs], **notes)
    events = RunEvent.objects.filter(status=Status.REJECTED).order_by("run__label")
    assert [(e.detail, e.actor) for e in events] == [
        ("the handle is missing", staff),
        ("", staff),
    ]


def test_who_only_reviews_finds_no_link_that_is_forbidden(client):
    client.force_login(make_staff(CHANGE, VIEW, REVIEW))
    run = make_run(Status.READY)
    page = client.get(QUEUE).content.decode()
    assert reverse("product_isolation:progress", args=[run.batch_id]) not in page
    assert "/admin/product_isolation/isolationrun/" not in page.partition("content-main")[2]


@pytest.mark.parametrize("page", ["/admin/product_isolation/", RUNS])
def test_the_admin_leads_reviewers_to_the_queue(client, page):
    client.force_login(make_staff(VIEW_RUNS, REVIEW))
    assert f'href="{QUEUE}"' in client.get(page).content.decode()
    client.force_login(make_staff(VIEW_RUNS, ISOLATE, name="bea"))
    assert QUEUE not in client.get(page).content.decode()


def test_pages_follow_one_another(client, staff, monkeypatch):
    monkeypatch.setattr(view, "PER_PAGE", 2)
    batch = make_batch(staff)
    for n in range(5):
        make_run(Status.READY, batch=batch, name=f"Cup {n}")
    first = client.get(QUEUE, {"batch": batch.pk, "tick": "all"})
    assert shown(first) == ["Cup 0", "Cup 1"]
    page = first.content.decode()
    assert f'href="{QUEUE}?batch={batch.pk}&amp;page=2"' in page
    assert page.count(" checked") == 4  # two results, all of them, and the keys
    last = client.get(QUEUE, {"page": 99})
    assert shown(last) == ["Cup 4"]


def test_fifty_results_cost_as_many_queries_as_five(client, staff, count_queries):
    for n in range(5):
        make_run(Status.READY, name=f"Cup {n}")
    client.get(QUEUE)
    few = count_queries(lambda: client.get(QUEUE))
    for n in range(45):
        make_run(Status.READY, name=f"Pot {n}")
    assert count_queries(lambda: client.get(QUEUE)) == few


def test_looking_changes_nothing(client, staff):
    make_run(Status.READY)
    before = IsolationRun.objects.values().get()
    client.get(QUEUE)
    assert IsolationRun.objects.values().get() == before


def test_a_post_needs_the_csrf_token(client, staff):
    run = make_run(Status.READY)
    client.handler.enforce_csrf_checks = True
    assert post(client, "reject", run.pk).status_code == 403
    assert status_of(run) == Status.READY


def test_the_page_shows_no_storage_address_and_nothing_inline(client, staff):
    make_run(Status.READY)
    page = client.get(QUEUE).content.decode()
    assert "/media/" not in page
    assert "<script" not in page.partition('id="content-main"')[2]
    assert "<style" not in page
    assert " style=" not in page


def test_a_batch_whose_model_is_gone_is_listed_for_nobody_to_stumble_over(client, staff):
    make_run(Status.READY, batch=make_batch(model_label="catalogue.gone"))
    assert client.get(QUEUE).status_code == 200
    assert IsolationBatch.objects.count() == 1


@pytest.mark.parametrize("status", [Status.READY, Status.APPLIED])
def test_a_page_from_before_a_colleague_approved_rejects_nothing_and_says_so(client, staff, status):
    run = make_run(Status.READY, name="Cup")
    workflow.approve(run, user=make_staff(REVIEW, name="bea"))
    IsolationRun.objects.filter(pk=run.pk).update(status=status)
    response = client.post(QUEUE, {"decide": f"reject:{run.pk}"}, follow=True)
    assert said(response) == ["Cup was approved meanwhile, and is not rejected."]
    assert status_of(run) == status


def test_the_path_to_the_queue_leads_by_the_app(client, staff):
    page = client.get(reverse("product_isolation:review")).content.decode()
    assert '<a href="/admin/product_isolation/">Product isolation</a>' in page
