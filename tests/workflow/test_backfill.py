"""What a backfill takes, by how the runs ended that were begun for the same file."""

import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow.backfill import Backfill
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def test_what_runflow_calls_back_about_is_not_begun_again_though_it_had_failed(image):
    run = isolate(image).runs.get()
    run.move_to(Status.FAILED, reason=Reason.REQUEST_REFUSED)
    assert Backfill(ProductImage.objects.all()).most == 1
    assert IsolationRun.objects.wake(run.pk)
    assert Backfill(ProductImage.objects.all()).most == 0
