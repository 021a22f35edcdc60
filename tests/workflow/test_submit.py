from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import callbacks
from django_product_isolation.workflow import receive_callback, resume
from tests.http_server import free_port
from tests.photos import make_image, photo_bytes
from tests.shop import as_if_ordered_now
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

SUBMIT = "django_product_isolation.workflow.submit"


def with_settings(settings, **options):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}


def test_the_request_says_what_was_confirmed(settings, runflow, step):
    with_settings(settings, CALLBACK_BASE_URL="http://127.0.0.1:9")
    runflow.behave(fault="stuck_in_queued")
    batch = isolate(make_image("Mug"), prompt="the {product}", aspect_ratio="4:5", resolution="2K")
    run = step(batch.runs.get())
    [sent] = runflow.runs_of(run)
    assert run.status == Status.PROCESSING
    assert run.runflow_run_id == sent["id"]
    assert {k: sent["input"][k] for k in ("aspect_ratio", "resolution", "prompt")} == {
        "aspect_ratio": "4:5",
        "resolution": "2K",
        "prompt": "the Mug",
    }
    assert sent["client_ref"] == str(run.pk)
    assert sent["metadata"] == {"run": str(run.pk)}
    token = sent["callback_url"].rstrip("/").rpartition("/")[2]
    assert callbacks.read_token(token).pk == run.pk


def test_without_a_callback_address_none_is_sent(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    step(run)
    assert runflow.runs_of(run)[0]["callback_url"] is None


def test_a_busy_runflow_is_given_the_time_it_asks_for(run, runflow, step):
    runflow.behave(fault="rate_limited", retry_after=90)
    run = step(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.BUSY)
    wait = (run.due_at - timezone.now()).total_seconds()
    assert 60 < wait <= 90
    assert step(run).status == Status.PROCESSING


def test_a_busy_runflow_that_asks_for_no_time_gets_some(run, runflow, step):
    runflow.behave(fault="rate_limited")
    assert step(run).due_at > timezone.now()


@pytest.mark.parametrize("retry_after", [90, None])
def test_a_busy_runflow_is_left_alone_by_the_whole_queue(retry_after, runflow, step):
    for name in "ABC":
        make_image(name)
    first, second, third = isolate(ProductImage.objects.all()).runs.all()
    later = timezone.now() + timedelta(hours=1)
    IsolationRun.objects.filter(pk=third.pk).update(due_at=later)
    options = {} if retry_after is None else {"retry_after": retry_after}
    runflow.behave(fault="rate_limited", **options)
    first = step(first)
    second.refresh_from_db()
    third.refresh_from_db()
    assert abs(second.due_at - first.due_at) < timedelta(seconds=1)  # each by the clock
    assert third.due_at == later


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("payment_required", Reason.NO_CREDIT),
        ("unauthorized", Reason.KEY_REFUSED),
        ("forbidden", Reason.KEY_REFUSED),
    ],
)
def test_a_refused_account_holds_the_whole_queue_and_resume_goes_on(fault, reason, runflow, step):
    for name in "ABC":
        make_image(name)
    first, *others = isolate(ProductImage.objects.all()).runs.all()
    runflow.behave(fault=fault)
    first = step(first)
    assert (first.status, first.reason, first.held_from) == (
        Status.HELD,
        reason,
        Status.QUEUED,
    )
    for other in others:
        other.refresh_from_db()
        assert (other.status, other.reason) == (Status.HELD, reason)
        assert runflow.runs_of(other) == []
    assert resume(others[0])
    assert step(others[0]).status == Status.PROCESSING


def test_a_request_that_runflow_finds_wrong_fails_with_what_it_said(settings, run, runflow, step):
    IsolationRun.objects.filter(pk=run.pk).update(prompt="x")
    run.batch.aspect_ratio = "7:3"
    run.batch.save()
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.REQUEST_REFUSED)
    assert "status=422" in run.events.last().detail


def test_a_model_that_runflow_does_not_know_stops_the_queue(settings, runflow, step):
    for name in "AB":
        make_image(name)
    with_settings(settings, MODEL="runflow/no-such-model")
    first, second = isolate(ProductImage.objects.all()).runs.all()
    assert step(first).status == Status.FAILED
    second.refresh_from_db()
    assert (second.status, second.reason) == (Status.HELD, Reason.REQUEST_REFUSED)


def test_an_image_that_changed_before_sending_costs_nothing(run, image, runflow, step):
    image.original.save("newer.jpg", ContentFile(photo_bytes(colour="navy")))
    run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert runflow.runs_of(run) == []


def test_an_image_that_was_deleted_before_sending_costs_nothing(run, image, runflow, step):
    image.delete()
    run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_DELETED)
    assert runflow.runs_of(run) == []


def replace_file(image, content):
    """Other bytes under the same name, as a careless storage allows."""
    image.original.storage.delete(image.original.name)
    image.original.storage.save(image.original.name, ContentFile(content))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, Reason.SOURCE_MISSING),
        (b"", Reason.SOURCE_UNREADABLE),
        (b"a letter, not a picture", Reason.SOURCE_UNREADABLE),
        (photo_bytes()[:-200], Reason.SOURCE_UNREADABLE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", Reason.SOURCE_UNREADABLE),
    ],
    ids=["gone", "empty", "text", "cut", "eps"],
)
def test_a_file_that_is_no_picture_fails_before_it_costs(
    content, reason, run, image, runflow, step
):
    if content is None:
        image.original.storage.delete(image.original.name)
    else:
        replace_file(image, content)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, reason)
    assert runflow.runs_of(run) == []


REFUSED = {
    "an absolute path": "/srv/old/media/mug.jpg",
    "out of the storage": "../../etc/mug.jpg",
    "a folder": "products",
    "too long for a file": f"products/{'mug' * 100}.jpg",
}


@pytest.mark.parametrize("name", REFUSED.values(), ids=REFUSED)
def test_a_name_that_no_file_can_have_ends_at_once_and_is_no_outage(name, image, runflow, step):
    image.original.storage.save("products/old.jpg", ContentFile(photo_bytes()))
    ProductImage.objects.filter(pk=image.pk).update(original=name)
    run = step(isolate(ProductImage.objects.filter(pk=image.pk)).runs.get())
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_MISSING)
    assert runflow.runs_of(run) == []


def test_a_run_that_took_such_a_name_for_an_outage_ends_too(image, runflow, step):
    name = REFUSED["an absolute path"]
    ProductImage.objects.filter(pk=image.pk).update(original=name)
    run = isolate(ProductImage.objects.filter(pk=image.pk)).runs.get()
    IsolationRun.objects.filter(pk=run.pk).update(reason=Reason.STORAGE_FAILED)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_MISSING)


def test_a_file_over_the_limit_fails_before_it_costs(run, runflow, step, monkeypatch):
    monkeypatch.setattr("django_product_isolation.host.storage.MAX_FILE_BYTES", 100)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_TOO_LARGE)


def test_a_column_too_short_for_our_names_fails_before_it_costs(run, runflow, step, monkeypatch):
    monkeypatch.setattr(ProductImage._meta.get_field("original"), "max_length", 30)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.NAME_TOO_LONG)
    assert runflow.runs_of(run) == []


def callback_for(run, runflow_run_id):
    body = f'{{"event":"run.completed","run_id":"{runflow_run_id}","status":"succeeded",'
    return callbacks.parse((body + f'"metadata":{{"run":"{run.pk}"}}}}').encode())


def test_a_callback_names_the_run_where_searching_does_not_work(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    runflow.behave(fault="error_500", on="search_runs", times=0)
    receive_callback(run.pk, callback_for(run, sent["id"]))
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.PROCESSING, sent["id"])


@pytest.mark.parametrize("named", ["01991d03-8dc0-7cba-a551-2100f80b56fc", "another run of ours"])
def test_a_callback_that_names_a_foreign_run_leads_nowhere(named, run, runflow, step):
    if named == "another run of ours":
        other = step(isolate(make_image("Other")).runs.get())
        named = runflow.runs_of(other)[0]["id"]
        IsolationRun.objects.filter(pk=other.pk).update(runflow_run_id=None)
    runflow.behave(fault="error_500")
    run = step(run)
    receive_callback(run.pk, callback_for(run, named))
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.SUBMITTING, None)
    assert run.hinted_run_ids == ""


def test_a_run_that_was_charged_twice_is_adopted_once_and_reported(run, runflow, step, caplog):
    import requests

    runflow.behave(fault="drop_after_create")
    run = step(run)
    first = runflow.runs_of(run)[0]
    again = requests.post(
        f"{runflow.url}/v1/models/runflow/product-isolation/runs",
        json={"input": first["input"], "client_ref": str(run.pk)},
        headers={"Authorization": "Bearer rf_live_for_tests"},
        timeout=5,
    )
    assert again.status_code == 201
    run = step(run)
    assert run.runflow_run_id == first["id"]
    assert again.json()["id"] in run.events.filter(kind=RunEvent.Kind.NOTE).get().detail
    assert "charged_twice" in caplog.text


@pytest.fixture
def public(settings, monkeypatch):
    """An image whose own link is handed out, so that the request is the first thing sent."""
    settings.MEDIA_URL = "https://media.shop.example/"
    monkeypatch.setattr(f"{SUBMIT}.serves", lambda _url, **_file: True)


def test_a_request_that_never_left_is_sent_again_until_it_does(
    public, run, settings, runflow, step
):
    with_settings(settings, BASE_URL=f"http://127.0.0.1:{free_port()}")
    as_if_ordered_now(run)
    for _ in range(12):
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.NOT_REACHED)
    assert run.events.filter(status=Status.SUBMITTING).count() == 1  # from then on it is looked for
    with_settings(settings, BASE_URL=runflow.url)
    as_if_ordered_now(run)
    assert step(run).status == Status.PROCESSING


def test_a_key_that_is_refused_while_the_fate_is_unknown_asks_a_person(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    assert step(run).status == Status.SUBMITTING
    runflow.behave(fault="unauthorized", on="search_runs", times=9)
    run = step(run)
    assert (run.status, run.held_from) == (Status.HELD, Status.SUBMITTING)
    assert run.reason == Reason.KEY_REFUSED
    runflow.reset()
    assert resume(run)
    assert step(run).status == Status.PROCESSING
    assert len(runflow.runs_of(run)) == 1
