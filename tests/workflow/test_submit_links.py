"""How an image reaches Runflow: by an upload, or by a link of ours."""

import hashlib

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from tests.photos import shown_bytes

from .test_submit import SUBMIT, with_settings

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def handing_out(settings, monkeypatch):
    """Have the shop's own link hand out these bytes; nobody can read it while that is None."""

    def hand_out(content):
        def serves(url, *, sha256, size, deadline):
            assert url.startswith("https://media.shop.example/")
            if content is None:
                return None
            return (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)

        settings.MEDIA_URL = "https://media.shop.example/"
        monkeypatch.setattr(f"{SUBMIT}.serves", serves)

    return hand_out


@pytest.mark.parametrize("how", ["auto", "url"])
def test_a_public_link_is_handed_out_as_it_is(
    how, run, image, settings, runflow, step, handing_out
):
    handing_out(shown_bytes(image))
    with_settings(settings, SOURCE=how)
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"] == f"https://media.shop.example/{run.source_name}"


@pytest.mark.parametrize("content", [b"what the CDN had before", None])
def test_a_link_that_may_lead_to_another_picture_is_not_handed_out(
    content, run, runflow, step, handing_out
):
    handing_out(content)
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"].startswith(runflow.url)


def test_where_only_links_are_allowed_one_to_another_picture_costs_nothing(
    run, settings, runflow, step, handing_out
):
    handing_out(b"what the CDN had before")
    with_settings(settings, SOURCE="url")
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_NOT_PUBLIC)
    assert runflow.runs_of(run) == []


def test_where_only_links_are_allowed_the_shop_answers_for_one_that_workers_cannot_read(
    run, settings, runflow, step, handing_out
):
    handing_out(None)
    with_settings(settings, SOURCE="url")
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"] == f"https://media.shop.example/{run.source_name}"


def test_uploading_can_be_demanded(run, settings, runflow, step):
    settings.MEDIA_URL = "https://media.shop.example/"
    with_settings(settings, SOURCE="upload")
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"].startswith(runflow.url)
