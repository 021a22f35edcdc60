"""How an image reaches Runflow: by an upload, or by a link of ours."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason

from .test_submit import with_settings

pytestmark = pytest.mark.django_db

SUBMIT = "django_product_isolation.workflow.submit"


def test_an_upload_that_fails_is_tried_again(run, runflow, step):
    runflow.behave(fault="error_503", on="create_upload", times=10)
    run = step(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.NOT_REACHED)
    runflow.reset()
    assert step(run).status == Status.PROCESSING


def test_an_upload_that_is_refused_for_money_holds_the_run(run, runflow, step):
    runflow.behave(fault="payment_required", on="create_upload")
    assert step(run).reason == Reason.NO_CREDIT


def test_a_local_file_cannot_be_handed_out_as_a_link(run, settings, runflow, step):
    with_settings(settings, SOURCE="url")
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_NOT_PUBLIC)


def test_a_public_link_is_handed_out_as_it_is(run, settings, runflow, step):
    settings.MEDIA_URL = "https://media.shop.example/"
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"] == f"https://media.shop.example/{run.source_name}"


def test_a_link_that_our_storage_refuses_is_not_handed_out(
    run, settings, runflow, step, monkeypatch
):
    monkeypatch.setattr(f"{SUBMIT}.is_refused", lambda url, *, deadline: "shop.example" in url)
    settings.MEDIA_URL = "https://media.shop.example/"
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"].startswith(runflow.url)


def test_where_only_links_are_allowed_a_refused_one_costs_nothing(
    run, settings, runflow, step, monkeypatch
):
    monkeypatch.setattr(f"{SUBMIT}.is_refused", lambda url, *, deadline: "shop.example" in url)
    settings.MEDIA_URL = "https://media.shop.example/"
    with_settings(settings, SOURCE="url")
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_NOT_PUBLIC)
    assert runflow.runs_of(run) == []


def test_uploading_can_be_demanded(run, settings, runflow, step):
    settings.MEDIA_URL = "https://media.shop.example/"
    with_settings(settings, SOURCE="upload")
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"].startswith(runflow.url)
