"""What a refresh of the batch page brings."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from tests.shop import CHANGELIST, image_of, make_run, said, tick

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


@pytest.fixture
def restoring(client, staff):
    """A message that waits, and the pages that may poll for it: a batch's and a restore's."""
    run = make_run(Status.APPLIED)
    client.post(CHANGELIST, tick([image_of(run)], "restore_original"))
    event = RunEvent.objects.get(status=Status.RESTORING)
    return url_of(run.batch), reverse("product_isolation:restores", args=[event.at.isoformat()])


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00+00:00", "", "nonsense"])
@pytest.mark.parametrize("which", [0, 1], ids=["batch", "restores"])
def test_a_poll_leaves_messages_to_who_shows_them(client, restoring, which, since):
    for _ in range(2):
        assert said(client.get(restoring[which], {"since": since})) == []
    assert said(client.get(CHANGELIST)) == ["1 original is being restored. View progress"]


@pytest.mark.parametrize("which", [0, 1], ids=["batch", "restores"])
def test_what_comes_of_a_decision_is_said_where_it_was_made(client, restoring, which):
    client.get(CHANGELIST)
    run = IsolationRun.objects.get()
    address = f"{restoring[which]}?since=2026-01-01T00:00:00%2B00:00"
    response = client.post(address, {"decide": f"keep:{run.pk}"}, follow=True)
    assert said(response) == ["1 result is kept."]
    assert "decided" not in response.content.decode()
