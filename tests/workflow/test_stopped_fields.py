"""What keeps paid results of a field out stops what is unsent of it, until they are used."""

import pytest
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import FileSystemStorage

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.host import SwapRefused, swaps
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import approve, resume, stop
from tests.photos import make_image, make_swatch
from tests.shops.catalogue.models import ProductImage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("runflow")]

UNSENT = (Status.HELD, Reason.FIELD_STOPPED, Status.QUEUED)


@pytest.fixture
def ordered(go_on):
    """Order a new image and have its run go on until nothing is left to do."""

    def order(name, **options):
        return go_on(isolate(make_image(name), **options).runs.get())

    return order


@pytest.fixture
def frozen(monkeypatch):
    """Names of products whose photos the model's ``clean()`` lets nobody change."""
    names = set()

    def clean(self):
        if self.product.name in names and "isolated" in self.original.name:
            raise ValidationError({"original": "Photos of what is on sale are frozen."})

    monkeypatch.setattr(ProductImage, "clean", clean)
    return names


@pytest.fixture
def read_only():
    """Have the database refuse each swap, as a trigger does; the way to end that."""
    patch = pytest.MonkeyPatch()
    real = swaps.point

    def refuse(*_args):
        raise SwapRefused("read-only")

    patch.setattr(swaps, "point", refuse)
    yield lambda: patch.setattr(swaps, "point", real)
    patch.undo()


@pytest.fixture
def no_webp():
    """A storage that refuses WebP only while it saves; the way to end that."""
    patch, real = pytest.MonkeyPatch(), FileSystemStorage._save

    def _save(self, name, content):
        if name.endswith(".webp"):
            raise SuspiciousFileOperation(name)
        return real(self, name, content)

    patch.setattr(FileSystemStorage, "_save", _save)
    yield patch.undo
    patch.undo()


def told(run):
    run.refresh_from_db()
    return run.status, run.reason, run.held_from


def test_one_result_that_the_storage_refuses_stops_what_is_unsent_and_says_which(
    ordered, no_webp, go_on, runflow
):
    first = ordered("Mug")
    assert told(first) == (Status.HELD, Reason.NAME_REFUSED, Status.COLLECTING)
    second = ordered("Cup")
    assert told(second) == UNSENT
    assert second.events.last().detail == f"{first.label} (name-refused)"
    assert runflow.runs_of(second) == []
    no_webp()
    assert resume(first)
    assert go_on(first).status == Status.APPLIED
    assert resume(second)
    assert go_on(second).status == Status.APPLIED


def test_nothing_overtakes_a_result_that_is_tried_again(ordered, no_webp, go_on, step, runflow):
    first, second = ordered("Mug"), ordered("Cup")
    assert resume(first)
    assert resume(second)
    second = step(second)
    assert (second.status, second.reason) == (Status.QUEUED, Reason.FIELD_STOPPED)
    assert told(go_on(first)) == (Status.HELD, Reason.NAME_REFUSED, Status.COLLECTING)
    assert told(step(second)) == UNSENT
    assert runflow.runs_of(second) == []


def test_what_was_held_before_it_was_paid_for_has_nothing_wait(run, go_on, step):
    """Though it was for a reason that a result has, too."""
    others = [isolate(make_image(name)).runs.get() for name in ("Mug", "Cup")]
    for one in others:
        one.move_to(Status.HELD, reason=Reason.CRASHED)
        assert resume(one)
        assert go_on(one, Status.COLLECTING).status == Status.COLLECTING
    assert step(run).status not in (Status.QUEUED, Status.HELD)


def test_another_field_goes_on(ordered, no_webp, go_on):
    ordered("Mug")
    no_webp()
    assert go_on(isolate(make_swatch()).runs.get()).status == Status.APPLIED


def test_two_results_in_a_row_that_a_rule_refuses_stop_what_is_unsent(ordered, frozen, runflow):
    frozen |= {"Mug", "Cup", "Can"}
    refused = (Status.HELD, Reason.RESULT_REFUSED, Status.COLLECTING)
    assert [told(ordered(name)) for name in ("Mug", "Cup", "Can")] == [refused, refused, UNSENT]
    assert runflow.runs_of(IsolationRun.objects.get(label="Can")) == []


@pytest.mark.parametrize("review", [False, True])
def test_single_odd_images_among_others_stop_nothing(review, ordered, frozen, go_on):
    frozen |= {"Mug", "Cup"}
    gone_well = Status.READY if review else Status.APPLIED
    for odd, fine in (("Mug", "Pot"), ("Cup", "Pan")):
        assert ordered(odd, review=review).status == Status.HELD
        assert ordered(fine, review=review).status == gone_well


def test_two_results_in_a_row_that_the_database_refuses_stop_what_is_unsent(
    ordered, read_only, go_on
):
    refused = (Status.HELD, Reason.RESULT_REFUSED, Status.READY)
    runs = [ordered(name) for name in ("Mug", "Cup", "Can")]
    assert [told(run) for run in runs] == [refused, refused, UNSENT]
    read_only()
    assert resume(runs[0])
    assert go_on(runs[0]).status == Status.APPLIED
    assert resume(runs[2])
    assert go_on(runs[2]).status == Status.APPLIED


def test_a_result_that_only_waits_for_review_proves_nothing_of_the_database(
    ordered, read_only, go_on
):
    waiting = [ordered(name, review=True) for name in ("Mug", "Cup")]
    under_way = go_on(isolate(make_image("Pot"), review=True).runs.get(), Status.COLLECTING)
    for run in waiting:
        assert approve(run)
        assert go_on(run).status == Status.HELD
    assert go_on(under_way).status == Status.READY
    assert told(ordered("Can", review=True)) == UNSENT


def test_to_stop_waiting_for_what_was_refused_lets_the_others_go_on(ordered, frozen, go_on):
    frozen |= {"Mug", "Cup"}
    refused, _other, unsent = ordered("Mug"), ordered("Cup"), ordered("Can")
    assert told(unsent) == UNSENT
    assert stop(refused)
    assert resume(unsent)
    assert go_on(unsent).status == Status.APPLIED
