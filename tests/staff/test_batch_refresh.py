"""What a refresh of the batch page brings."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.shop import (
    image_of,
    make_run,
)

from .test_batch import url_of

pytestmark = pytest.mark.django_db


def long_ago(run) -> None:
    past = timezone.now() - timedelta(hours=1)
    IsolationRun.objects.filter(pk=run.pk).update(status_since=past)
    IsolationBatch.objects.filter(pk=run.batch_id).update(created_at=past)


@pytest.mark.parametrize(
    ("status", "values", "sent"),
    [
        (Status.PROCESSING, {}, True),
        (Status.READY, {"review": False}, True),
        (Status.READY, {"review": True}, False),
        (Status.HELD, {}, False),
        (Status.APPLIED, {}, False),
        (Status.FAILED, {}, False),
    ],
)
def test_a_refresh_brings_what_can_have_changed(client, staff, status, values, sent):
    run = make_run(status, **values)
    long_ago(run)
    response = client.get(url_of(run.batch), {"since": timezone.now().isoformat()})
    assert (f'id="run-{run.pk}"' in response.content.decode()) == sent
    assert '<progress max="1"' in response.content.decode()


def test_a_refresh_brings_what_did_change_even_by_a_slow_clock(client, staff):
    run = make_run(Status.APPLIED)
    long_ago(run)
    seen = timezone.now()
    IsolationRun.objects.get().move_to(Status.SUPERSEDED)
    since = (seen + timedelta(seconds=30)).isoformat()
    assert f'id="run-{run.pk}"' in client.get(url_of(run.batch), {"since": since}).content.decode()


def test_a_refresh_brings_what_was_ordered_again(client, staff):
    run = make_run(Status.FAILED)
    long_ago(run)
    make_run(Status.PROCESSING, image=image_of(run))
    page = client.get(url_of(run.batch), {"since": timezone.now().isoformat()}).content.decode()
    assert "See the newer run" in page


@pytest.mark.parametrize(
    "since", ["", "nonsense", "2026-01-01", "2026-13-41T00:00Z", "2026-01-01T00:00"]
)
def test_a_moment_that_is_none_brings_everything(client, staff, since):
    run = make_run(Status.APPLIED)
    long_ago(run)
    page = client.get(url_of(run.batch), {"since": since}).content.decode()
    assert f'id="run-{run.pk}"' in page


def test_the_page_names_the_moment_that_it_shows(client, staff):
    run = make_run(Status.APPLIED)
    page = client.get(url_of(run.batch)).content.decode()
    (since,) = re.findall(r'data-since="([^"]+)"', page)
    IsolationRun.objects.get().move_to(Status.SUPERSEDED)
    assert f'id="run-{run.pk}"' in client.get(url_of(run.batch), {"since": since}).content.decode()
