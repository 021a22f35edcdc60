"""Decisions about runs, on a run's page and from the list."""

import re
import shutil
from dataclasses import replace

import pytest
from django.db import transaction
from django.urls import reverse

from django_product_isolation.admin import runs as runs_admin
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason, sentence_of
from django_product_isolation.staff.decisions import DECISIONS
from tests.photos import make_image, photo_file, shown_bytes
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    RUNS,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_batch,
    make_run,
    make_staff,
    put_originals_back,
    said,
    status_of,
    tick,
)
from tests.shops.catalogue.models import ProductImage

from .test_runs import APPLIES, page_of

pytestmark = pytest.mark.django_db

NEEDS = {
    "approve": {REVIEW},
    "reject": {REVIEW},
    "redo": {ISOLATE, REVIEW},
    "resume": {ISOLATE},
    "retry": {ISOLATE},
    "change": {ISOLATE},
    "restore": {RESTORE},
    "keep": {RESTORE},
    "stop": {ISOLATE},
}

NO_RESULT = Reason.NOTHING_TO_RESTORE

WHY_NOT_RESTORED = {
    Status.RESTORING: Reason.BEING_RESTORED,
    Status.RESTORED: Reason.IS_RESTORED,
}


def decide(client, run, name, **options):
    return client.post(f"{RUNS}{run.pk}/decide/", {"decide": name}, **options)


@pytest.mark.parametrize("status", Status)
def test_the_page_offers_the_decisions_that_apply(client, staff, status):
    run = make_run(status)
    offered = {decision.name for decision in client.get(page_of(run)).context["card"].decisions}
    assert offered == {name for name, statuses in APPLIES.items() if status in statuses}


@pytest.mark.parametrize("status", Status)
def test_a_decision_changes_only_runs_to_which_it_applies(client, staff, status):
    run = make_run(status)
    why_not = {
        name: sentence_of(decision.otherwise, "Enamel mug") for name, decision in DECISIONS.items()
    }
    why_not["restore"] = sentence_of(WHY_NOT_RESTORED.get(status, NO_RESULT), "Enamel mug")
    for name in DECISIONS:
        with transaction.atomic():
            response = decide(client, run, name, follow=True)
            assert status_of(run) == APPLIES[name].get(status, status), name
            if status not in APPLIES[name]:
                assert said(response) == [why_not[name]]
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("name", "missing"), [(name, needed) for name in DECISIONS for needed in sorted(NEEDS[name])]
)
def test_a_decision_needs_its_own_permissions(client, name, missing):
    status = next(iter(APPLIES[name]))
    others = {ISOLATE, REVIEW, RESTORE} - {missing}
    client.force_login(make_staff(CHANGE, VIEW, VIEW_RUNS, *others))
    run = make_run(status)
    assert name not in [d.name for d in client.get(page_of(run)).context["card"].decisions]
    assert decide(client, run, name).status_code == 403
    assert client.post(RUNS, tick([run], f"{name}_runs")).status_code == 302
    assert (status_of(run), IsolationRun.objects.get().review) == (status, run.review)
    assert not RunEvent.objects.exists()


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_needs_the_right_to_change_the_image(client, name):
    status = next(iter(APPLIES[name]))
    client.force_login(make_staff(VIEW, VIEW_RUNS, *NEEDS[name]))
    run = make_run(status)
    assert client.get(page_of(run)).context["card"].decisions == []
    assert decide(client, run, name).status_code == 403
    assert status_of(run) == status


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_needs_the_right_to_change_this_very_image(client, staff, some_are_locked, name):
    status = next(iter(APPLIES[name]))
    run = make_run(status)
    ProductImage.objects.update(caption="locked")
    assert decide(client, run, name).status_code == 403
    assert status_of(run) == status


def test_nobody_decides_about_a_run_that_they_may_not_read(client):
    client.force_login(make_staff(CHANGE, VIEW, REVIEW))
    run = make_run(Status.READY)
    assert decide(client, run, "reject").status_code == 403
    assert status_of(run) == Status.READY


def test_decisions_come_by_post_and_by_name_only(client, staff):
    run = make_run(Status.APPLIED)
    assert client.get(f"{RUNS}{run.pk}/decide/?decide=restore").status_code == 405
    assert decide(client, run, "delete").status_code == 400
    assert client.post(f"{RUNS}{run.batch_id}/decide/", {"decide": "stop"}).status_code == 404
    assert status_of(run) == Status.APPLIED


def test_restore_on_the_page_is_begun_and_leads_to_where_it_is_watched(client, staff):
    image = make_image()
    before = shown_bytes(image)
    run = make_run(Status.APPLIED, image=image)
    response = decide(client, run, "restore", follow=True)
    assert said(response) == ["1 original is being restored. View progress"]
    batch_page = reverse("product_isolation:progress", args=[run.batch_id])
    assert response.redirect_chain[-1][0] == batch_page
    put_originals_back()
    assert shown_bytes(image) == before


def test_a_newer_upload_is_not_replaced_by_the_original(client, staff):
    run = make_run(Status.APPLIED)
    image = image_of(run)
    image.original.save("newer.jpg", photo_file(colour="navy"))
    (message,) = said(decide(client, run, "restore", follow=True))
    assert message.startswith("Enamel mug shows no isolated image")
    assert image_of(run).original.name == image.original.name
    assert status_of(run) == Status.APPLIED


def test_after_a_decision_that_goes_on_the_batch_page_follows(client, staff):
    run = make_run(Status.READY)
    response = decide(client, run, "approve")
    assert response["Location"] == reverse("product_isolation:progress", args=[run.batch_id])
    assert IsolationRun.objects.get().due_at is not None


def test_several_runs_are_decided_about_from_the_list(client, staff):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    queued = make_run(Status.QUEUED, name="Jug")
    response = client.post(RUNS, tick([*runs, queued], "reject_runs"), follow=True)
    assert said(response) == [
        "2 results rejected.",
        "Jug does not wait for review.",
    ]


def test_runs_of_locked_images_are_left_out_and_named(client, staff, some_are_locked):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    ProductImage.objects.filter(pk=runs[1].object_pk).update(caption="locked")
    response = client.post(RUNS, tick(runs, "reject_runs"), follow=True)
    assert said(response) == ["1 result rejected.", "You are not allowed to change Pot."]
    assert status_of(runs[1]) == Status.READY


def test_the_list_decides_about_so_many_at_once(client, staff, monkeypatch):
    monkeypatch.setattr(runs_admin, "MAX_AT_ONCE", 1)
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    response = client.post(RUNS, tick(runs, "reject_runs"), follow=True)
    assert said(response)[0] == "1 result rejected."
    assert said(response)[1].startswith("Only the first 1 were processed.")


def test_each_reason_is_said_once_of_all_left_alone(client, staff, some_are_locked):
    runs = [make_run(Status.FAILED, name=f"Cup {n:02}") for n in range(13)]
    for run in runs[:2]:
        ProductImage.objects.filter(pk=run.object_pk).update(caption="locked")
    locked, others = said(client.post(RUNS, tick(runs, "stop_runs"), follow=True))
    assert re.fullmatch(r"You are not allowed to change Cup \d\d and Cup \d\d\.", locked)
    names = r"(Cup \d\d, ){4}Cup \d\d and 6 more"
    assert re.fullmatch(names + " wait for nothing that could be stopped\\.", others)


def test_images_of_one_product_are_named_together(client, staff):
    image = make_image("Cup")
    runs = [make_run(Status.FAILED, image=image) for _ in range(2)]
    (message,) = said(client.post(RUNS, tick(runs, "stop_runs"), follow=True))
    assert message == "Cup (2 images) wait for nothing that could be stopped."


def test_who_stops_restoring_what_is_not_restored_is_told_so(client, staff):
    runs = [make_run(Status.QUEUED, name=name) for name in ("Cup", "Pot")]
    (message,) = said(client.post(RUNS, tick(runs, "keep_runs"), follow=True))
    assert set(re.findall("Cup|Pot", message)) == {"Cup", "Pot"}
    assert message.endswith(" are not getting their originals back.")


def test_what_changed_while_it_was_decided_is_said_to_have_changed(client, staff, monkeypatch):
    run = make_run(Status.QUEUED)
    stop = replace(DECISIONS["stop"], carry_out=lambda run, *, user: False)
    monkeypatch.setitem(DECISIONS, "stop", stop)
    (message,) = said(decide(client, run, "stop", follow=True))
    assert message == "Enamel mug has changed in the meantime. Please check it again."


def test_a_storage_that_does_not_answer_is_said(client, staff, media_root):
    run = make_run(Status.APPLIED)
    shutil.rmtree(media_root)
    media_root.write_text("not a folder")
    decide(client, run, "restore")
    put_originals_back()
    assert status_of(run) == Status.RESTORING
    page = client.get(page_of(run)).content.decode()
    assert "Waiting for our own file storage, which does not answer." in page
    assert "Stop restoring" in page


@pytest.mark.parametrize("label", ["catalogue.gone", "catalogue.product"])
def test_a_model_that_the_shop_no_longer_names_is_said(client, staff, label):
    bea = make_staff(*EVERYTHING, "catalogue.change_product", name="bea")
    client.force_login(bea)
    run = make_run(Status.APPLIED, batch=make_batch(bea, model_label=label))
    assert client.get(page_of(run)).status_code == 200
    (message,) = said(decide(client, run, "restore", follow=True))
    assert "that of Enamel mug are no longer isolated here" in message
    assert status_of(run) == Status.APPLIED


def test_a_deleted_images_run_can_still_be_stopped(client, staff):
    run = make_run(Status.PROCESSING)
    ProductImage.objects.all().delete()
    decide(client, run, "stop")
    assert status_of(run) == Status.CANCELLED
