"""The batch page: who sees it, what it shows, what may be decided there, who takes steps."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from tests.shop import (
    CHANGE,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    about,
    image_of,
    make_batch,
    make_due,
    make_run,
    make_staff,
    put_originals_back,
    said,
    status_of,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def url_of(batch) -> str:
    return reverse("product_isolation:progress", args=[batch.pk])


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        ([ISOLATE, VIEW], 200),
        ([VIEW_RUNS, VIEW], 200),
        ([REVIEW, RESTORE, CHANGE, VIEW], 403),
        ([], 403),
    ],
)
def test_the_page_is_for_those_who_isolate_or_read_runs(client, permissions, status):
    client.force_login(make_staff(*permissions))
    run = make_run()
    assert client.get(url_of(run.batch)).status_code == status
    posted = {"decide": f"stop:{run.pk}"}
    assert client.post(url_of(run.batch), posted).status_code == 403
    assert IsolationRun.objects.get().status == Status.QUEUED


def test_who_is_not_logged_in_is_led_to_the_login(client):
    batch = make_batch()
    response = client.get(url_of(batch))
    assert response["Location"] == f"/admin/login/?next={url_of(batch)}"


def test_customers_are_turned_away(client):
    user = get_user_model().objects.create_user("cust")
    user.is_superuser = True  # all permissions, yet no member of the staff
    user.save()
    client.force_login(user)
    assert client.get(url_of(make_batch()))["Location"].startswith("/admin/login/")


def test_an_unknown_batch_is_not_found(client, staff):
    assert client.get(url_of(make_run())).status_code == 404


def test_each_run_has_its_card(client, staff):
    batch = make_batch(staff)
    applied = make_run(Status.APPLIED, batch=batch, name="Cup", cost=Decimal("0.27"))
    make_run(Status.FAILED, batch=batch, name="Pot", reason=Reason.RUN_FAILED)
    page = client.get(url_of(batch)).content.decode()
    preview = reverse("product_isolation:preview_run", args=[applied.pk, "result"])
    assert f'src="{preview}?size=480&amp;v=' in page
    assert 'alt="Cup, before"' in page
    assert 'alt="Cup, after"' in page
    assert "Runflow could not isolate this image." in page
    assert "No result" in page
    assert f'href="/admin/catalogue/productimage/{applied.object_pk}/change/"' in page
    assert f'href="/admin/product_isolation/isolationrun/{applied.pk}/change/"' in page
    assert "/media/" not in page


def test_a_result_is_not_shown_before_its_file_is_surely_there(client, staff):
    run = make_run(Status.COLLECTING, result_name="products/isolated-soon.webp")
    page = client.get(url_of(run.batch)).content.decode()
    assert "No result yet" in page
    assert reverse("product_isolation:preview_run", args=[run.pk, "result"]) not in page


def test_the_batch_is_summed_up(client, staff):
    batch = make_batch(staff)
    statuses = [Status.APPLIED, Status.HELD, Status.READY, Status.PROCESSING]
    for n, status in enumerate(statuses):
        cost = Decimal("0.27") if status == Status.APPLIED else None
        make_run(status, batch=batch, name=f"Cup {n}", cost=cost)
    page = client.get(url_of(batch)).content.decode()
    assert "1 of 4 is finished. 2 need a decision." in page
    assert '<progress max="4" value="1"' in page
    assert "Needs attention: 1" in page
    assert "Charged so far: $0.27 of at most $1.08." in page


def test_a_result_that_nobody_need_review_is_being_published(client, staff):
    run = make_run(Status.READY, review=False)
    page = client.get(url_of(run.batch)).content.decode()
    assert '<span class="isolation-badge isolation-asking">Being published</span>' in page


@pytest.mark.parametrize(
    ("status", "values", "live"),
    [
        (Status.PROCESSING, {}, True),
        (Status.READY, {"review": False}, True),
        (Status.READY, {"review": True}, False),
        (Status.HELD, {}, False),
        (Status.APPLIED, {}, False),
    ],
)
def test_the_page_refreshes_while_something_can_happen_by_itself(
    client, staff, status, values, live
):
    run = make_run(status, **values)
    page = client.get(url_of(run.batch)).content.decode()
    assert ("data-live" in page) == live
    assert ('<noscript><meta http-equiv="refresh"' in page) == live


def test_an_applied_run_that_is_still_due_keeps_the_page_alive(client, staff):
    run = make_run(Status.APPLIED)
    make_due(run)
    assert "data-live" in client.get(url_of(run.batch)).content.decode()


@pytest.mark.parametrize("workers", ["thread", "embedded", "celery"])
@pytest.mark.parametrize("status", Status)
def test_looking_changes_nothing_whoever_takes_the_steps(
    client,
    staff,
    option,
    status,
    workers,
):
    option(WORKERS=workers)
    run = make_run(status)
    make_due(run)
    before = IsolationRun.objects.values().get()
    assert client.get(url_of(run.batch)).status_code == 200
    assert IsolationRun.objects.values().get() == before


def test_a_decision_is_carried_out_and_said(client, staff):
    run = make_run(Status.APPLIED)
    response = client.post(url_of(run.batch), {"decide": f"restore:{run.pk}"}, follow=True)
    assert said(response) == ["1 original is being restored."]
    assert response.redirect_chain == [(url_of(run.batch), 302)]
    assert "data-live" in response.content.decode()
    put_originals_back()
    assert image_of(run).original.name == run.source_name
    assert "data-live" not in client.get(url_of(run.batch)).content.decode()


def test_all_held_runs_are_resumed_with_one_click(client, staff):
    batch = make_batch(staff)
    held = [make_run(Status.HELD, batch=batch, name=f"Cup {n}") for n in range(3)]
    other = make_run(Status.PROCESSING, batch=batch, name="Pot")
    page = client.get(url_of(batch)).content.decode()
    assert f'value="{about("resume", held)}"' in page
    response = client.post(url_of(batch), {"decide": about("resume", held)}, follow=True)
    assert said(response) == ["3 runs resumed."]
    assert {status_of(run) for run in held} == {Status.QUEUED}
    assert status_of(other) == Status.PROCESSING


@pytest.mark.parametrize("held", [1, 0])
def test_one_held_run_needs_no_button_for_all(client, staff, held):
    run = make_run(Status.HELD if held else Status.PROCESSING)
    assert "isolation-all-" not in client.get(url_of(run.batch)).content.decode()


def test_only_permitted_decisions_are_offered(client):
    client.force_login(make_staff(CHANGE, VIEW, VIEW_RUNS, REVIEW))
    batch = make_batch()
    make_run(Status.READY, batch=batch, name="Cup")
    make_run(Status.HELD, batch=batch, name="Pot")
    cards = client.get(url_of(batch)).context["cards"]
    assert [[d.name for d in card.decisions] for card in cards] == [["approve", "reject"], []]


def test_results_that_wait_lead_to_the_review_queue(client, staff):
    batch = make_batch(staff)
    for name in ("Cup", "Pot"):
        make_run(Status.READY, batch=batch, name=name)
    page = client.get(url_of(batch)).content.decode()
    assert f'href="{reverse("product_isolation:review")}?batch={batch.pk}"' in page
    assert "Review 2 results" in page


def test_who_may_not_review_is_not_led_to_the_queue(client):
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    page = client.get(url_of(make_run(Status.READY).batch)).content.decode()
    assert reverse("product_isolation:review") not in page


def test_without_the_right_to_see_images_nothing_links_to_them(client):
    client.force_login(make_staff(VIEW_RUNS))
    run = make_run(Status.APPLIED)
    page = client.get(url_of(run.batch)).content.decode()
    assert "/admin/catalogue/" not in page
    assert '<button type="submit" class="button' not in page


def test_a_locked_image_is_not_decided_about(client, staff, some_are_locked):
    run = make_run(Status.READY)
    ProductImage.objects.update(caption="locked")
    assert client.post(url_of(run.batch), {"decide": f"reject:{run.pk}"}).status_code == 403
    assert status_of(run) == Status.READY


def test_a_run_of_another_batch_is_not_found(client, staff):
    run = make_run(Status.APPLIED)
    response = client.post(url_of(make_batch()), {"decide": f"restore:{run.pk}"})
    assert response.status_code == 404
    assert status_of(run) == Status.APPLIED


@pytest.mark.parametrize(
    "posted", ["", "restore", "restore:nonsense", "delete:all", "approve:", "approve:all"]
)
def test_nonsense_is_refused(client, staff, posted):
    run = make_run(Status.APPLIED)
    assert client.post(url_of(run.batch), {"decide": posted}).status_code == 400
    assert status_of(run) == Status.APPLIED


def test_a_post_needs_the_csrf_token(client, staff):
    run = make_run(Status.APPLIED)
    client.handler.enforce_csrf_checks = True
    response = client.post(url_of(run.batch), {"decide": f"restore:{run.pk}"})
    assert response.status_code == 403
    assert status_of(run) == Status.APPLIED


def test_a_batch_whose_model_is_gone_can_still_be_looked_at(client, staff):
    run = make_run(Status.FAILED, batch=make_batch(staff, model_label="catalogue.gone"))
    page = client.get(url_of(run.batch)).content.decode()
    assert "Enamel mug" in page


def test_a_sandbox_says_that_no_money_is_spent(client, staff, option):
    option(BASE_URL="http://127.0.0.1:8600", SANDBOX=True)
    assert "no money is spent" in client.get(url_of(make_run().batch)).content.decode()


def test_there_is_no_inline_script_or_style(client, staff):
    page = client.get(url_of(make_run(Status.APPLIED).batch)).content.decode()
    main = page.partition('id="content-main"')[2]
    assert "<script" not in main
    assert "<style" not in page
    assert " style=" not in page
    assert " on" + "click=" not in page


def test_fifty_runs_cost_as_many_queries_as_five(client, staff, count_queries):
    batch = make_batch(staff)

    def look():
        return count_queries(lambda: client.get(url_of(batch)))

    kinds = (Status.QUEUED, Status.PROCESSING, Status.READY, Status.APPLIED, Status.FAILED)
    for n, status in enumerate(kinds):
        make_run(status, batch=batch, name=f"Cup {n}")
    look()
    few = look()
    for n in range(45):
        make_run(list(Status)[n % 12], batch=batch, name=f"Pot {n}")
    assert look() == few
