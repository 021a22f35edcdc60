"""In an outage one run asks, the others wait, and the first answer has all go on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.workflow import advance
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(runflow):
    for name in "AB":
        make_image(name)
    return list(isolate(ProductImage.objects.all()).runs.all())


def outage(*, probe_in):
    probe_at = timezone.now() + timedelta(seconds=probe_in)
    Outage.objects.create(service="runflow", failures=3, is_declared=True, probe_at=probe_at)


def test_while_another_run_probes_nothing_is_asked(two, runflow):
    outage(probe_in=30)
    for run in two:
        assert advance(run.pk)
        run.refresh_from_db()
        assert (run.status, run.attempts) == (Status.QUEUED, 0)
        assert run.due_at > timezone.now() + timedelta(seconds=20)
        assert runflow.runs_of(run) == []


def test_the_first_answer_ends_it_and_wakes_the_others(two, runflow):
    outage(probe_in=-1)
    first, second = two
    later = timezone.now() + timedelta(seconds=60)
    IsolationRun.objects.filter(pk=second.pk).update(due_at=later)
    assert advance(first.pk)
    second.refresh_from_db()
    assert second.due_at <= timezone.now()
    assert not Outage.objects.exists()
