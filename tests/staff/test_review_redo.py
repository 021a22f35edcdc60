"""Redoing results from the review queue."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent, Selection
from tests.shop import (
    CHANGE,
    EVERYTHING,
    REVIEW,
    VIEW,
    make_batch,
    make_run,
    make_staff,
    press,
    said,
    status_of,
)

from .test_review import QUEUE, make_swatch_run, post

pytestmark = pytest.mark.django_db


def test_redo_leads_to_the_confirm_page_and_rejects_nothing_yet(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5", resolution="1K", review=True)
    run = make_run(Status.READY, batch=batch, prompt="the cup")
    response = post(client, "redo", run.pk, **{f"note-{run.pk}": "without the saucer"})
    form = response.context["form"]
    assert form["prompt"].value() == "the cup, without the saucer"
    assert (form["aspect_ratio"].value(), form["resolution"].value()) == ("4:5", "1K")
    assert form["review"].value() == "reviewed"
    assert status_of(run) == Status.READY
    assert run.events.get(kind=RunEvent.Kind.NOTE).detail == "without the saucer"


def test_when_the_redo_is_ordered_the_result_is_rejected(client, staff):
    run = make_run(Status.READY, prompt="the cup")
    address = post(client, "redo", run.pk, follow=False)["Location"]
    press(client, address, prompt="the cup, larger")
    newer = IsolationRun.objects.get(status=Status.QUEUED)
    assert (newer.object_pk, newer.prompt) == (run.object_pk, "the cup, larger")
    assert status_of(run) == Status.REJECTED


def test_several_are_redone_with_a_prompt_of_each_ones_own(client, staff):
    runs = [make_run(Status.READY, name=n, prompt=f"the {n}") for n in ("Cup", "Pot")]
    post(client, "redo", run=[run.pk for run in runs], **{f"note-{runs[1].pk}": "with its lid"})
    selection = Selection.objects.get()
    assert selection.prefill["prompts"] == {
        runs[0].object_pk: "the Cup",
        runs[1].object_pk: "the Pot, with its lid",
    }
    assert selection.redo_of == [str(run.pk) for run in runs]
    assert selection.back == QUEUE


def test_images_of_two_kinds_are_not_redone_together(client):
    client.force_login(make_staff(*EVERYTHING, "catalogue.change_swatch"))
    runs = [make_run(Status.READY, name="Cup"), make_swatch_run()]
    response = post(client, "redo", run=[run.pk for run in runs])
    assert said(response)[0].startswith("Only images of one kind can be ordered together")
    assert Selection.objects.get().object_pks == [runs[0].object_pk]


def test_redo_needs_the_right_to_spend_money(client):
    client.force_login(make_staff(CHANGE, VIEW, REVIEW))
    run = make_run(Status.READY)
    page = client.get(QUEUE).content.decode()
    assert f'value="approve:{run.pk}"' in page
    assert "redo:" not in page
    assert post(client, "redo", run.pk).status_code == 403
    assert not Selection.objects.exists()
