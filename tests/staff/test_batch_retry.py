"""Trying again from the batch page: same wording, same price, once."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Selection
from django_product_isolation.reasons import Reason, sentence_of
from django_product_isolation.workflow import quote_of_runs
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    about,
    make_batch,
    make_run,
    make_staff,
    quote_on,
    said,
)
from tests.shops.catalogue.models import ProductImage

from .test_batch import url_of

pytestmark = pytest.mark.django_db


def retry(client, *runs, quote="", **options):
    """What comes of pressing the button that was drawn when nothing had been tried again."""
    batch = runs[0].batch
    drawn = str(quote_of_runs(batch.runs.all()))
    data = {"decide": about("retry", runs), "quote": quote or drawn}
    return client.post(url_of(batch), data, **options)


def test_what_failed_is_tried_again_as_it_was_asked_for(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5", resolution="1K", review=True)
    failed = make_run(Status.FAILED, batch=batch, name="Cup", prompt="a small cup")
    assert "Try again for $0.27" in client.get(url_of(batch)).content.decode()
    response = retry(client, failed)
    newer = IsolationRun.objects.get(status=Status.QUEUED)
    assert response["Location"] == url_of(newer.batch)
    assert (newer.object_pk, newer.prompt, newer.review) == (
        failed.object_pk,
        "a small cup",
        True,
    )
    assert (newer.batch.aspect_ratio, newer.batch.resolution) == ("4:5", "1K")
    assert newer.batch.created_by == staff


def test_all_that_failed_are_tried_again_each_with_its_own_prompt(client, staff):
    batch = make_batch(staff)
    prompts = {"Cup": "a cup", "Jug": "", "Pot": "the pot"}
    for name, prompt in prompts.items():
        make_run(Status.FAILED, batch=batch, name=name, prompt=prompt)
    make_run(Status.APPLIED, batch=batch, name="Bowl")
    assert "Try 3 again for $0.81" in client.get(url_of(batch)).content.decode()
    retry(client, *batch.runs.filter(status=Status.FAILED))
    begun = IsolationRun.objects.filter(status=Status.QUEUED)
    assert dict(begun.values_list("label", "prompt")) == prompts
    assert begun.values("batch").distinct().count() == 1


def test_a_second_click_and_back_end_at_the_same_batch(client, staff):
    failed = make_run(Status.FAILED)
    (first, second, third) = (retry(client, failed)["Location"] for _ in range(3))
    pk = IsolationRun.objects.get(status=Status.QUEUED).pk
    assert second == third == f"{first}?run={pk}#run-{pk}"
    assert IsolationRun.objects.count() == 2


def test_two_clicks_at_once_begin_one_batch(client, staff, monkeypatch):
    """The second has looked before the first was committed."""
    failed = make_run(Status.FAILED)
    monkeypatch.setattr("django_product_isolation.staff.reorder.newer_runs", lambda runs: {})
    assert retry(client, failed)["Location"] == retry(client, failed)["Location"]
    assert IsolationRun.objects.count() == 2


def test_what_was_tried_again_leads_to_the_newer_run(client, staff):
    batch = make_batch(staff)
    tried, failed = (make_run(Status.FAILED, batch=batch, name=name) for name in ("Cup", "Pot"))
    retry(client, tried)
    newer = IsolationRun.objects.get(status=Status.QUEUED)
    page = client.get(url_of(batch)).content.decode()
    assert f'href="{url_of(newer.batch)}?run={newer.pk}#run-{newer.pk}"' in page
    assert f'value="retry:{tried.pk}"' not in page
    assert f'value="change:{tried.pk}"' not in page
    assert f'value="retry:{failed.pk}"' in page
    retry(client, tried, failed)
    assert IsolationRun.objects.filter(status=Status.QUEUED).count() == 2


def test_nobody_pays_another_price_than_the_one_on_the_button(client, staff, option):
    failed = make_run(Status.FAILED)
    quote = quote_on(client.get(url_of(failed.batch)))
    option(PRICE="0.30")
    response = retry(client, failed, quote=quote, follow=True)
    assert said(response) == [
        "The price has changed.",
        "Nothing was ordered. Please check the new total.",
    ]
    assert "Try again for $0.30" in response.content.decode()
    assert IsolationRun.objects.count() == 1


def test_trying_again_keeps_to_the_budget(client, staff, option):
    option(DAILY_BUDGET="0.20")
    client.force_login(make_staff(*EVERYTHING, "product_isolation.view_spending", name="bea"))
    failed = make_run(Status.FAILED)
    (message,) = said(retry(client, failed, follow=True))
    assert message.startswith("This costs $0.27, but only $0.20 of the budget is left.")
    assert IsolationBatch.objects.count() == 1


def test_trying_again_needs_the_right_to_spend_money(client):
    client.force_login(make_staff(CHANGE, VIEW, VIEW_RUNS, REVIEW, RESTORE))
    failed = make_run(Status.FAILED)
    assert "Try again" not in client.get(url_of(failed.batch)).content.decode()
    assert retry(client, failed).status_code == 403
    assert IsolationRun.objects.count() == 1


def test_where_results_are_reviewed_nobody_else_tries_again_without(client, option):
    option(REVIEW=True)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    retry(client, make_run(Status.FAILED, batch=make_batch(review=False)))
    assert IsolationRun.objects.get(status=Status.QUEUED).review


def test_a_deleted_image_is_not_tried_again(client, staff):
    failed = make_run(Status.FAILED)
    ProductImage.objects.all().delete()
    page = client.get(url_of(failed.batch)).content.decode()
    assert "Try again" not in page and "Redo with changes" not in page
    assert said(retry(client, failed, follow=True)) == [
        "Enamel mug was deleted, or the shop does not show it.",
        "None of these images can be isolated now.",
    ]


NEEDS_UPLOAD = [Reason.SOURCE_MISSING, Reason.SOURCE_UNREADABLE, Reason.SOURCE_TOO_LARGE]


@pytest.mark.parametrize("reason", NEEDS_UPLOAD)
def test_what_failed_for_its_file_is_not_tried_again(client, staff, reason):
    batch = make_batch(staff)
    hopeless = make_run(Status.FAILED, batch=batch, name="Jug", reason=reason)
    for name in ("Cup", "Pot"):
        make_run(Status.FAILED, batch=batch, name=name)
    page = client.get(url_of(batch)).content.decode()
    assert "Try 2 again for $0.54" in page
    assert f'value="retry:{hopeless.pk}"' not in page
    assert said(retry(client, hopeless, follow=True)) == [sentence_of(reason, "Jug")]
    retry(client, *batch.runs.all())
    begun = IsolationRun.objects.filter(status=Status.QUEUED)
    assert set(begun.values_list("label", flat=True)) == {"Cup", "Pot"}


def test_the_others_are_tried_again_where_an_image_was_deleted(client, staff):
    batch = make_batch(staff)
    gone, left = (make_run(Status.FAILED, batch=batch, name=name) for name in ("Cup", "Pot"))
    ProductImage.objects.filter(pk=gone.object_pk).delete()
    response = retry(client, gone, left, quote=str(quote_of_runs([left])), follow=True)
    assert said(response) == ["Cup was deleted, or the shop does not show it."]
    assert IsolationRun.objects.get(status=Status.QUEUED).label == "Pot"


def test_a_model_that_is_named_no_longer_is_not_tried_again(client, staff):
    failed = make_run(Status.FAILED, batch=make_batch(staff, model_label="catalogue.gone"))
    (message,) = said(retry(client, failed, follow=True))
    assert message.startswith("This kind of image is no longer isolated here.")


def test_what_failed_is_redone_with_changes_on_the_confirm_page(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5", resolution="1K")
    failed = make_run(Status.FAILED, batch=batch, prompt="a small cup")
    response = client.post(url_of(batch), {"decide": f"change:{failed.pk}"}, follow=True)
    form = response.context["form"]
    assert [form[name].value() for name in ("prompt", "aspect_ratio", "resolution")] == [
        "a small cup",
        "4:5",
        "1K",
    ]
    assert Selection.objects.get().object_pks == [failed.object_pk]
    assert IsolationRun.objects.count() == 1
