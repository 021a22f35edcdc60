"""What is kept of a published result is what the file that customers get is like."""

import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from tests.photos import make_image, shown_bytes

pytestmark = pytest.mark.django_db


def test_the_facts_are_those_of_the_file_that_is_shown(image, go_on):
    run = go_on(isolate(image, places=["google"]).runs.get())
    assert run.status == Status.APPLIED
    image.refresh_from_db()
    body = shown_bytes(image)
    with Image.open(io.BytesIO(body)) as picture:
        assert run.published == {
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "bytes": len(body),
            "source_type": "compositeWithTrainedAlgorithmicMedia",
        }


def test_a_result_without_the_mark_is_kept_as_one(image, go_on, option):
    option(DIGITAL_SOURCE_TYPE=None)
    run = go_on(isolate(image).runs.get())
    assert run.published["source_type"] == ""


def test_a_place_that_nobody_registered_is_refused(db):
    with pytest.raises(ValidationError, match="listed marketplaces"):
        isolate(make_image(), places=["atlantis"])
