"""Every button with a number is about what it counted when its page was made, and nothing else."""

import html
import re

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from tests.photos import make_image
from tests.shop import make_batch, make_run, said

from .test_batch import url_of

pytestmark = pytest.mark.django_db

BUTTON = re.compile(r'<button[^>]* value="([^"]*)" id="([^"]*)"[^>]*>([^<]*\d[^<]*)</button>')
HIDDEN = re.compile(r'<input type="hidden" form="isolation-decide" name="(\w+)" value="([^"]*)"')

# By the end of a button's id: in which status a run is when the button counts it.
COUNTED = {
    "all-approve": Status.READY,
    "all-resume": Status.HELD,
    "all-retry": Status.FAILED,
    "all-restore": Status.APPLIED,
    "all-stop": Status.QUEUED,
    "without-findings": Status.READY,
}


@pytest.fixture
def batch(staff):
    """Two runs in every status that a button counts, and a result with a finding."""
    batch = make_batch(staff)
    add_runs(batch)
    make_run(Status.READY, batch=batch, name="Doubtful cup", doubt=0.5)
    return batch


def add_runs(batch):
    for status in sorted(set(COUNTED.values())):
        for n in range(2):
            doubt = 0 if status == Status.READY else None
            make_run(status, batch=batch, image=make_image(f"{status} {n}"), doubt=doubt)


def buttons_of(page: str) -> dict[str, tuple[str, str]]:
    """By its id: what each button about several runs posts, and its text."""
    return {
        key.removeprefix("isolation-"): (html.unescape(value), text)
        for value, key, text in BUTTON.findall(page)
        if key.startswith("isolation-")
    }


def everything() -> set[tuple[str, str]]:
    """Of each run and of each thing that happened to one: its key, and that of the image."""
    events = RunEvent.objects.values_list("pk", "run__object_pk")
    return {*events, *IsolationRun.objects.values_list("pk", "object_pk")}


def counted_by(key, text, before) -> set[str]:
    [number, *_price] = re.findall(r"\d+", text)
    statuses = {COUNTED[key]} | ({Status.HELD} if key == "all-stop" else set())
    counted = [
        run
        for run in before
        if run.status in statuses and not (key == "without-findings" and run.doubt)
    ]
    assert len(counted) == int(number)
    return {run.object_pk for run in counted}


def test_every_button_with_a_number_is_tried(client, batch):
    assert set(buttons_of(client.get(url_of(batch)).content.decode())) == set(COUNTED)


@pytest.mark.parametrize("key", COUNTED)
def test_what_came_since_is_not_decided_about(client, batch, key):
    before = list(batch.runs.all())
    page = client.get(url_of(batch)).content.decode()
    value, text = buttons_of(page)[key]
    add_runs(batch)
    before_click = everything()
    hidden = {name: html.unescape(given) for name, given in HIDDEN.findall(page)}
    client.post(url_of(batch), {**hidden, "decide": value})
    decided = {image for _key, image in everything() - before_click}
    assert decided == counted_by(key, text, before)


def test_what_moved_on_since_is_named(client, batch):
    value, _text = buttons_of(client.get(url_of(batch)).content.decode())["all-resume"]
    moved = batch.runs.filter(status=Status.HELD).first()
    IsolationRun.objects.filter(pk=moved.pk).update(status=Status.PROCESSING)
    response = client.post(url_of(batch), {"decide": value}, follow=True)
    done, left = said(response)
    assert done == "1 run resumed."
    assert moved.label in left


def test_a_click_to_restore_is_counted_on_its_own_page_too(client, batch):
    shown = batch.runs.filter(status=Status.APPLIED)
    value, _text = buttons_of(client.get(url_of(batch)).content.decode())["all-restore"]
    address = page_of_click(client, batch, value)
    IsolationRun.objects.filter(status=Status.RESTORING).update(status=Status.APPLIED)
    value, text = buttons_of(client.get(address).content.decode())["all-restore"]
    assert text == "Restore original: 2"
    assert set(value.partition(":")[2].split()) == {str(run.pk) for run in shown}


def page_of_click(client, batch, value) -> str:
    client.post(url_of(batch), {"decide": value})
    event = RunEvent.objects.filter(status=Status.RESTORING).first()
    return reverse("product_isolation:restores", args=[event.at.isoformat()])


def test_no_number_of_runs_makes_more_fields_than_can_be_posted(client, batch, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    page = client.get(url_of(batch)).content.decode()
    value, _text = buttons_of(page)["all-approve"]
    hidden = {name: html.unescape(given) for name, given in HIDDEN.findall(page)}
    response = client.post(url_of(batch), {**hidden, "decide": value, "csrfmiddlewaretoken": "x"})
    assert response.status_code == 302


def test_ten_thousand_keys_can_be_posted(client, batch):
    value, _text = buttons_of(client.get(url_of(batch)).content.decode())["all-approve"]
    one = str(batch.pk)  # as long as a run's
    many = " ".join([value, *[one] * 10_000])
    response = client.post(url_of(batch), {"decide": many, "without_findings": many}, follow=True)
    assert "3 results approved." in said(response)
