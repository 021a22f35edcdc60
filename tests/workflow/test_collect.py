import hashlib
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import approve, resume
from django_product_isolation.workflow.timing import MIN_LOOKUPS, MIN_POLLS
from tests.photos import make_swatch, shown_bytes
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def long_ago(run, **delta):
    IsolationRun.objects.filter(pk=run.pk).update(status_since=timezone.now() - timedelta(**delta))


def looked_long_ago(run):
    """As if Runflow had last answered five minutes ago."""
    looked_at = timezone.now() - timedelta(minutes=6)
    IsolationRun.objects.filter(pk=run.pk).update(looked_at=looked_at)


def stored(run, image=None):
    field = (image or ProductImage.objects.get(pk=run.object_pk)).original
    with field.storage.open(run.result_name, "rb") as file:
        return file.read()


def test_the_result_is_stored_under_a_new_name_and_shown(run, image, runflow, go_on):
    original = shown_bytes(image)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert run.cost == Decimal("0.27")
    assert run.result_name.startswith("products/isolated-")
    assert run.result_name.endswith(".webp")
    shown = shown_bytes(image)
    assert shown != original
    assert hashlib.sha256(shown).hexdigest() == run.result_sha256
    with Image.open(BytesIO(shown)) as picture:
        assert picture.size == (1024, 1024)
    image.refresh_from_db()
    assert (image.width, image.height) == (1024, 1024)
    assert image.caption == "as taken"
    assert len(runflow.runs_of(run)) == 1


def test_it_works_for_uuid_keys_and_dated_folders(runflow, go_on, db):
    swatch = make_swatch()
    run = go_on(isolate(swatch).runs.get())
    assert run.status == Status.APPLIED
    swatch.refresh_from_db()
    assert swatch.picture.name == run.result_name
    assert run.result_name.startswith(f"swatches/{timezone.now():%Y/%m}/isolated-")


@pytest.mark.parametrize(
    "shape",
    ["outputs", "images", "image_strings", "image", "named", "image_url", "list", "string"],
)
def test_every_known_shape_of_output_is_understood(shape, run, runflow, go_on):
    runflow.behave(output_shape=shape)
    assert go_on(run).status == Status.APPLIED


@pytest.mark.parametrize(("format", "extension"), [("png", ".png"), ("jpeg", ".jpg")])
def test_the_extension_is_that_of_the_bytes(format, extension, run, runflow, go_on):
    runflow.behave(image_format=format)
    assert go_on(run).result_name.endswith(extension)


def test_an_answer_that_is_finished_at_once_is_understood(run, runflow, go_on):
    runflow.behave(create_state="finished")
    assert go_on(run).status == Status.APPLIED


@pytest.mark.parametrize("format", ["webp", "png", "jpeg"])
def test_what_came_beside_the_picture_does_not_reach_the_product(
    format, run, image, runflow, go_on
):
    runflow.behave(fault="html_after_image", image_format=format)
    run = go_on(run)
    shown = shown_bytes(image)
    assert b"<title>" not in shown
    assert hashlib.sha256(shown).hexdigest() == run.result_sha256
    with Image.open(BytesIO(shown)) as picture:
        assert (picture.format.lower(), picture.size) == (format, (1024, 1024))


def test_with_review_the_result_waits_for_a_person(image, runflow, go_on):
    before = shown_bytes(image)
    run = go_on(isolate(image, review=True).runs.get())
    assert (run.status, run.due_at) == (Status.READY, None)
    assert shown_bytes(image) == before
    assert approve(run)
    assert go_on(run).status == Status.APPLIED
    assert shown_bytes(image) != before


def test_of_several_results_none_is_shown_without_a_person(run, runflow, go_on):
    runflow.behave(output_count="2")
    run = go_on(run)
    assert (run.status, run.reason, run.review) == (Status.READY, Reason.SEVERAL_RESULTS, True)


def test_a_result_of_another_shape_is_not_shown_without_a_person(run, runflow, go_on):
    run = go_on(run, Status.COLLECTING)
    run.batch.aspect_ratio = "9:16"
    run.batch.save()
    run = go_on(run)
    assert (run.status, run.reason) == (Status.READY, Reason.UNUSUAL)
    assert run.events.last().detail == "wrong_ratio"


@pytest.mark.parametrize("fault", ["expired_url", "truncated_image", "cut_download"])
def test_a_download_that_failed_once_is_made_again_without_paying_again(fault, run, runflow, go_on):
    runflow.behave(fault=fault)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_link_that_wants_to_be_signed_is_asked_for(run, runflow, go_on):
    runflow.behave(file_urls="unsigned")
    assert go_on(run).status == Status.APPLIED


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("expired_url", Reason.OUTPUT_UNAVAILABLE),
        ("truncated_image", Reason.OUTPUT_UNREADABLE),
        ("html_as_image", Reason.OUTPUT_UNREADABLE),
        ("huge_image", Reason.RESULT_TOO_LARGE),
        ("huge_file", Reason.OUTPUT_UNAVAILABLE),
    ],
)
def test_a_result_that_stays_unusable_never_reaches_the_product_and_waits_for_a_person(
    fault, reason, run, image, runflow, go_on
):
    before = shown_bytes(image)
    runflow.behave(fault=fault, times=0)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, reason)
    assert shown_bytes(image) == before
    assert len(runflow.runs_of(run)) == 1


@pytest.mark.parametrize("fault", ["html_as_image", "truncated_image"])
def test_a_page_about_maintenance_in_the_place_of_a_result_is_waited_out(
    fault, run, runflow, go_on
):
    runflow.behave(fault=fault, times=12)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


@pytest.mark.parametrize("fault", ["expired_url", "html_as_image"])
def test_a_held_download_goes_on_after_resume_without_paying_again(fault, run, runflow, go_on):
    runflow.behave(fault=fault, times=0)
    run = go_on(run)
    runflow.reset()
    assert resume(run)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_success_without_a_picture_asks_a_person(run, runflow, go_on):
    runflow.behave(fault="empty_output")
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.OUTPUT_MISSING)


def test_a_failed_run_says_why_and_costs_nothing(run, image, runflow, go_on):
    before = shown_bytes(image)
    runflow.behave(fault="run_failed", failure_code="TOO_BLURRED", failure_message="Too blurred")
    run = go_on(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.RUN_FAILED)
    assert "TOO_BLURRED" in run.events.last().detail
    assert shown_bytes(image) == before
    assert IsolationRun.objects.spending_since(run.batch.created_at) == 0


@pytest.mark.parametrize("spelling", ["canceled", "cancelled"])
def test_both_spellings_of_cancelled_are_one(spelling, run, runflow, go_on):
    runflow.behave(fault="run_cancelled", cancelled_spelling=spelling)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.CANCELLED, Reason.RUN_CANCELLED)


@pytest.mark.parametrize("fault", ["unknown_state", "stuck_in_queued"])
def test_what_does_not_end_is_waited_for_a_day_and_then_a_person_is_asked(
    fault, run, runflow, step
):
    runflow.behave(fault=fault)
    run = step(step(run))
    assert run.status == Status.PROCESSING
    assert run.due_at > timezone.now()
    long_ago(run, hours=25)
    run = step(run)
    assert run.status == Status.PROCESSING  # nobody was at work to ask
    IsolationRun.objects.update(attempts=MIN_POLLS)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.TOO_LONG)


def test_a_run_that_runflow_forgot_is_looked_for_and_then_a_person_is_asked(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    IsolationRun.objects.filter(pk=run.pk).update(
        runflow_run_id="01991d03-8dc0-7cba-a551-2100f80b56fc"
    )
    for _ in range(MIN_LOOKUPS - 1):
        long_ago(run, days=1)
        assert step(run).status == Status.PROCESSING
        assert step(run).status == Status.PROCESSING  # so soon, it is the same answer
        looked_long_ago(run)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RUN_MISSING)


def test_a_run_that_is_missing_now_and_then_is_waited_for(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    [sent] = runflow.runs_of(run)
    for _ in range(MIN_LOOKUPS):
        for runflow_run_id in ("01991d03-8dc0-7cba-a551-2100f80b56fc", sent["id"]):
            IsolationRun.objects.filter(pk=run.pk).update(runflow_run_id=runflow_run_id)
            looked_long_ago(run)
            assert step(run).status == Status.PROCESSING


def test_a_key_that_is_refused_while_waiting_holds_the_run_where_it_stands(run, runflow, go_on):
    run = go_on(run, Status.PROCESSING)
    runflow.behave(fault="unauthorized", on="get_run")
    run = go_on(run)
    assert (run.status, run.reason, run.held_from) == (
        Status.HELD,
        Reason.KEY_REFUSED,
        Status.PROCESSING,
    )
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_errors_while_waiting_are_waited_out(run, runflow, go_on):
    run = go_on(run, Status.PROCESSING)
    runflow.behave(fault="error_503", on="get_run", times=3)
    assert go_on(run).status == Status.APPLIED
