"""Who died while a run was in their hands, and what that says about the run."""

import threading
import time
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.database import outages
from django_product_isolation.imaging import SOURCE_FORMATS
from django_product_isolation.imaging.decoding import ImageRejected, opened
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import advance, leases, resume
from django_product_isolation.workflow.steps import MAX_LOSSES, STEPS
from django_product_isolation.workflow.timing import seconds_from_now
from tests.moments import until

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The end of a worker, as far as a test can have it in its own process."""


def die(_run):
    raise Killed


def die_decoding(run):
    with run_file(run) as file, opened(file, SOURCE_FORMATS):
        raise Killed


def run_file(run):
    from tests.shops.catalogue.models import ProductImage

    return ProductImage.objects.get(pk=run.object_pk).original.storage.open(run.source_name)


@pytest.fixture
def lose(run, step, monkeypatch):
    """Have so many workers die in the step at hand, each leaving a lease that runs out."""

    def lose(death, times):
        with monkeypatch.context() as patched:
            patched.setitem(STEPS, run.status, death)
            for _ in range(times):
                with pytest.raises(Killed):
                    step(run)
                IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    return lose


def test_a_picture_that_kills_three_decoders_waits_for_a_person(run, step, lose):
    lose(die_decoding, 3)
    run = step(run)
    assert (run.status, run.reason, run.held_from) == (Status.HELD, Reason.CRASHED, Status.QUEUED)
    assert resume(run)
    assert step(run).status == Status.PROCESSING


def test_a_web_server_that_is_restarted_in_the_middle_of_steps_holds_no_run(run, step, lose):
    lose(die, 10)
    assert step(run).status == Status.PROCESSING


def test_a_process_that_dies_after_the_decoding_is_not_counted(run, step, lose):
    def die_sending(run):
        with run_file(run) as file, opened(file, SOURCE_FORMATS):
            pass
        raise Killed

    lose(die_sending, 5)
    assert step(run).status == Status.PROCESSING


def test_a_picture_that_is_refused_leaves_no_trace(run, step, lose):
    def refused(run):
        with pytest.raises(ImageRejected), opened(BytesIO(b"no picture"), SOURCE_FORMATS):
            pass
        raise Killed

    lose(refused, 5)
    assert step(run).status == Status.PROCESSING


def test_a_step_that_kills_whoever_takes_it_waits_for_a_person_in_the_end(run, step, lose):
    lose(die, MAX_LOSSES)
    assert step(run).status == Status.HELD


def test_decoders_that_died_before_a_step_went_well_do_not_count(run, step, lose, monkeypatch):
    lose(die_decoding, 2)
    with monkeypatch.context() as patched:
        patched.setitem(STEPS, Status.QUEUED, lambda run: run.release_until(seconds_from_now(5)))
        run = step(run)
    assert (run.status, run.worker_deaths) == (Status.QUEUED, 0)
    lose(die_decoding, 2)
    assert step(run).status == Status.PROCESSING


def test_a_lease_is_renewed_while_its_step_lasts(run, monkeypatch, hurried):
    seen = []

    def long(run):
        IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        until(lambda: not IsolationRun.objects.due().exists())
        seen.append(IsolationRun.objects.claim(run.pk))
        run.move_to(Status.PROCESSING)

    monkeypatch.setitem(STEPS, Status.QUEUED, long)
    assert advance(run.pk)
    assert seen == [None]


def test_a_step_that_hangs_loses_its_run(run, monkeypatch, hurried):
    monkeypatch.setattr(leases, "LONGEST_STEP", 0)

    def hanging(run):
        IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        time.sleep(0.3)
        assert IsolationRun.objects.due().exists()
        run.move_to(Status.PROCESSING)

    monkeypatch.setitem(STEPS, Status.QUEUED, hanging)
    assert advance(run.pk)


def test_a_process_that_ends_gives_back_what_it_was_about_to_take(run, monkeypatch, hurried):
    asked, answered, begun = threading.Event(), threading.Event(), []
    claim = RunQuerySet.claim

    def slow_claim(runs, pk):
        claimed = claim(runs, pk)
        asked.set()
        answered.wait(10)
        return claimed

    def long(run):
        begun.append(run.pk)
        until(lambda: not hurried.held)

    def work():
        advance(run.pk)
        connection.close()

    monkeypatch.setattr(RunQuerySet, "claim", slow_claim)
    monkeypatch.setitem(STEPS, Status.QUEUED, long)
    thread = threading.Thread(target=work)
    thread.start()
    assert asked.wait(10)
    threading.Timer(0.3, answered.set).start()
    monkeypatch.setattr(leases, "PATIENCE", 0.6)
    hurried.end()
    run.refresh_from_db()
    assert (run.lease_owner, run.attempts) == (None, 0)
    assert not advance(run.pk)  # a process that ends takes no further step
    thread.join()
    assert begun == [run.pk]


def test_a_process_that_ends_gives_back_what_it_has_in_hand(run, monkeypatch, hurried):
    begun, ended = threading.Event(), threading.Event()

    def long(run):
        with run_file(run) as file, opened(file, SOURCE_FORMATS):
            begun.set()
            ended.wait(10)

    def work():
        advance(run.pk)
        connection.close()

    monkeypatch.setitem(STEPS, Status.QUEUED, long)
    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    hurried.end()
    run.refresh_from_db()
    assert (run.lease_owner, run.attempts, run.worker_deaths) == (None, 0, 0)
    ended.set()
    thread.join()


def test_the_end_of_a_process_without_work_waits_for_nothing(hurried, monkeypatch):
    monkeypatch.setattr(leases, "PATIENCE", 60)
    began = time.monotonic()
    hurried.end()
    assert time.monotonic() - began < 1


def test_a_step_that_could_not_be_recorded_is_taken_again_soon_and_counts_for_nothing(
    run, step, monkeypatch, hurried, caplog
):
    def unrecordable(run):
        with run_file(run) as file, opened(file, SOURCE_FORMATS):
            raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setitem(STEPS, Status.QUEUED, unrecordable)
        patched.setattr(outages, "answers", lambda: False)
        for _ in range(7):
            step(run)
            until(lambda: IsolationRun.objects.filter(lease_owner=None).exists())
    assert "Traceback" not in caplog.text
    run.refresh_from_db()
    assert (run.status, run.attempts, run.worker_deaths) == (Status.QUEUED, 0, 0)
    assert step(run).status == Status.PROCESSING


def test_a_lease_is_given_back_when_the_database_is_back(run, step, monkeypatch, hurried):
    give_back, failures = RunQuerySet.give_back, [3]

    def flaky(self, *args, **options):
        if failures[0]:
            failures[0] -= 1
            raise OperationalError("still away")
        return give_back(self, *args, **options)

    def unrecordable(run):
        raise OperationalError("gone")

    monkeypatch.setattr(RunQuerySet, "give_back", flaky)
    monkeypatch.setattr(outages, "answers", lambda: False)
    monkeypatch.setitem(STEPS, Status.QUEUED, unrecordable)
    step(run)
    until(lambda: IsolationRun.objects.filter(lease_owner=None).exists())
    assert failures == [0]
