"""Who asks to be left alone is: at every request, for as long as it says, and without a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def seconds_left(run):
    return (run.due_at - timezone.now()).total_seconds()


@pytest.mark.parametrize("place", ["create_upload", "put_upload", "confirm_upload", "create_run"])
@pytest.mark.parametrize("retry_after", [90, 600])
def test_a_limit_while_sending_is_waited_out_as_asked(place, retry_after, run, runflow, step):
    runflow.behave(fault="rate_limited", on=place, retry_after=retry_after, times=0)
    for _ in range(8):
        run = step(run)
        assert run.status == Status.QUEUED
        assert retry_after - 20 < seconds_left(run) <= retry_after
    assert runflow.runs_of(run) == []
    runflow.reset()
    assert step(run).status == Status.PROCESSING


def test_a_limit_on_uploads_pauses_the_whole_queue(runflow, step):
    for name in "AB":
        make_image(name)
    first, second = isolate(ProductImage.objects.all()).runs.all()
    runflow.behave(fault="rate_limited", on="create_upload", retry_after=90)
    first = step(first)
    second.refresh_from_db()
    assert second.reason == Reason.BUSY
    assert abs(second.due_at - first.due_at) < timedelta(seconds=1)


def test_a_limit_while_asking_for_a_lost_answer_is_waited_out(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    runflow.behave(fault="rate_limited", on="search_runs", retry_after=90, times=0)
    for _ in range(8):
        run = step(run)
        assert (run.status, run.reason) == (Status.SUBMITTING, Reason.BUSY)
        assert 70 < seconds_left(run) <= 90
    runflow.reset()
    assert step(run).status == Status.PROCESSING


@pytest.mark.parametrize(
    ("status", "place"),
    [
        (Status.PROCESSING, "get_run"),
        (Status.COLLECTING, "get_run"),
        (Status.COLLECTING, "download_file"),
    ],
)
def test_a_limit_while_waiting_for_the_result_is_waited_out(
    status, place, run, runflow, step, go_on
):
    run = go_on(run, status)
    runflow.behave(fault="rate_limited", on=place, retry_after=90, times=0)
    for _ in range(8):
        run = step(run)
        assert run.status == status
        assert 70 < seconds_left(run) <= 90
    runflow.reset()
    assert go_on(run).status == Status.APPLIED


def test_trouble_that_lasts_is_told_once_an_hour(run, runflow, step):
    runflow.behave(fault="rate_limited", on="create_upload", times=0)
    for _ in range(8):
        run = step(run)
    troubles = run.events.filter(kind=RunEvent.Kind.PROBLEM)
    assert troubles.count() == 1
    troubles.update(at=timezone.now() - timedelta(minutes=61))
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(hours=2))
    step(run)
    step(run)
    assert troubles.count() == 2


def test_a_limit_that_names_no_time_gets_some(run, runflow, step):
    runflow.behave(fault="rate_limited", on="create_upload", times=0)
    for _ in range(8):
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.BUSY)
        assert 0 < seconds_left(run) <= 60


def test_what_runflow_asked_to_wait_for_is_not_woken_by_another_answer(runflow, step):
    for name in "AB":
        make_image(name)
    first, second = isolate(ProductImage.objects.all()).runs.all()
    runflow.behave(fault="drop_before_create")
    first = step(first)  # the answer to its request was lost: orders wait
    IsolationRun.objects.filter(pk=second.pk).update(
        reason=Reason.BUSY, due_at=timezone.now() + timedelta(minutes=5)
    )
    step(first)
    second.refresh_from_db()
    assert seconds_left(second) > 200
