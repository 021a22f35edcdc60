"""An old state of the history comes back, and names a file that a run knows."""

from datetime import timedelta

import pytest
from django.utils import timezone
from reversion.models import Version

from django_product_isolation import isolate, plan, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from tests.contrib.histories.models import Photo
from tests.photos import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(runflow, go_on):
    """An image that was isolated, restored, and isolated once more, since its history begins."""
    photo = Photo.objects.create(title="Mug", file=photo_file(size=(300, 200)))
    return go_on(isolate(photo).runs.get())


def by_simple_history(run, name):
    """What its admin does for Revert."""
    Photo.history.get(file=name).instance.save()


def by_reversion(run, name):
    """What its admin does for Revert."""
    versions = Version.objects.get_for_object_reference(Photo, run.object_pk)
    next(one for one in versions if one.field_dict["file"] == name).revision.revert()


def shown(run):
    return Photo.objects.get(pk=run.object_pk)


@pytest.fixture(params=[by_simple_history, by_reversion], ids=lambda revert: revert.__name__)
def revert(request):
    return request.param
