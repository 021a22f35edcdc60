"""Photos that are replaced under their name while their run waits to be sent."""

from hashlib import sha256

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from tests.photos import photo_bytes

from .test_submit import replace_file

pytestmark = pytest.mark.django_db


def test_a_photo_replaced_after_a_request_was_denied_is_not_sent_in_its_place(
    run, image, runflow, step
):
    runflow.behave(fault="rate_limited")  # which may be taken all the same, and be given again
    run = step(run)
    replace_file(image, photo_bytes(colour="navy"))
    run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert runflow.runs_of(run) == []


def test_a_photo_replaced_before_any_request_left_is_the_one_that_is_isolated(
    run, image, runflow, go_on, step
):
    runflow.behave(fault="error_503", on="create_upload", times=10)
    run = step(run)
    replace_file(image, photo_bytes(colour="navy"))
    runflow.reset()
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert run.source_sha256 == sha256(photo_bytes(colour="navy")).hexdigest()
