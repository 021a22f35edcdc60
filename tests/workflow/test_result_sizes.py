"""What the shop's Pillow opens no picture of is not paid for, whoever set that limit and when."""

import warnings

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from PIL import Image

from django_product_isolation import isolate
from django_product_isolation.choices import Resolution, Status
from django_product_isolation.imaging import may_open
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume
from tests.photos import make_image

pytestmark = pytest.mark.django_db

LARGEST = Resolution.TWO_K.most_pixels


@pytest.fixture
def limit(monkeypatch):
    """Have Pillow take so many pixels for a bomb, as a guard of uploads does."""
    return lambda pixels: monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pixels)


def test_pillow_says_itself_how_large_a_picture_may_be(limit):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        limit(LARGEST // 2 - 1)
        assert not may_open(LARGEST)
        limit(LARGEST // 2 + 1)
        assert may_open(LARGEST)
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        assert not may_open(LARGEST)
        for none_or_enough in (LARGEST, None):
            limit(none_or_enough)
            assert may_open(LARGEST)


def test_an_order_whose_results_could_not_be_opened_is_refused(limit):
    image = make_image()
    limit(1_500_000)
    with pytest.raises(ValidationError) as refused:
        isolate(image, resolution="2K")
    assert "resolution" in refused.value.message_dict
    assert not IsolationRun.objects.exists()
    assert isolate(image, resolution="1K").runs.exists()


def test_check_finds_a_resolution_whose_results_could_not_be_opened(limit, settings):
    def found():
        return [m for m in run_checks() if m.id == "product_isolation.E052"]

    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "RESOLUTION": "2K"}
    assert not found()
    limit(1_500_000)
    [error] = found()
    assert "MAX_IMAGE_PIXELS" in error.hint
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "RESOLUTION": "1K"}
    assert not found()


def test_an_order_is_not_sent_while_its_result_could_not_be_opened(
    limit, run, runflow, step, go_on
):
    limit(500_000)
    run = step(run)
    told = (run.status, run.reason, run.held_from)
    assert told == (Status.HELD, Reason.RESULT_TOO_LARGE, Status.QUEUED)
    assert runflow.runs_of(run) == []
    limit(None)
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_a_paid_result_that_cannot_be_opened_asks_a_person_at_once(limit, run, go_on, step):
    run = go_on(run, Status.COLLECTING)
    limit(1)
    run = step(run)
    told = (run.status, run.reason, run.held_from)
    assert told == (Status.HELD, Reason.RESULT_TOO_LARGE, Status.COLLECTING)
    limit(None)
    assert resume(run)
    assert go_on(run).status == Status.APPLIED
