"""Run with ``history_settings``: what an earlier state of a row showed is not removed."""

import pytest
from django.db import models

from django_product_isolation.retention import prune
from tests.shops.tracked.models import TrackedPhoto

from .history import applied, grow_old, upload

pytestmark = pytest.mark.django_db


def test_the_history_keeps_names_as_text():
    column = TrackedPhoto.history.model._meta.get_field("photo")
    assert isinstance(column, models.TextField)


@pytest.mark.parametrize("tracked", [True, False])
def test_what_only_the_history_shows_stays(tracked, image, fake_storage):
    run = applied(image)
    if tracked:
        photo = TrackedPhoto.objects.create(photo=run.source_name)
        photo.photo = "photos/newer.jpg"
        photo.save()
        photo.delete()
    upload(image, b"newer")
    grow_old()
    prune(results=30, originals=30)
    assert (run.source_name in fake_storage.files) == tracked
