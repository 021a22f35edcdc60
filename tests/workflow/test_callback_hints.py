"""What callbacks name is a candidate beside our own reference, until Runflow says whose it is."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    RunflowClient,
    callbacks,
)
from django_product_isolation.workflow import WrongRun, receive_callback, resume, stop
from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

FOREIGN = "01991d03-8dc0-7cba-a551-2100f80b56fc"


def callback(run, run_id, **fields):
    document = {
        "event": "run.completed",
        "run_id": run_id,
        "status": "succeeded",
        "metadata": {"run": str(run.pk)},
    } | fields
    return callbacks.parse(json.dumps(document).encode())


def looked_long_ago(run):
    looked_at = timezone.now() - timedelta(minutes=6)
    IsolationRun.objects.filter(pk=run.pk).update(looked_at=looked_at)


@pytest.fixture
def answer(monkeypatch):
    """Have Runflow answer questions for one id with an error."""
    real = RunflowClient.get_run

    def arrange(run_id, error):
        def get_run(client, asked, ref, **options):
            if asked == run_id:
                raise error
            return real(client, asked, ref, **options)

        monkeypatch.setattr(RunflowClient, "get_run", get_run)

    return arrange


DISPROVED = [Refused(status=400), NotFound(status=404), Refused(status=422)]
SAYS_NOTHING = [
    OutcomeUnknown(status=500),
    OutcomeUnknown(status=503),
    OutcomeUnknown(code="too_slow"),
    OutcomeUnknown(status=200, code="unreadable_reply"),
    RateLimited(status=429),
    AccountRefused(status=401),
    AccountRefused(status=402),
    AccountRefused(status=403),
]


@pytest.mark.parametrize("error", DISPROVED + SAYS_NOTHING, ids=str)
def test_a_wrong_id_hides_no_run_that_our_reference_finds(error, run, runflow, step, answer):
    answer(FOREIGN, error)
    runflow.behave(fault="drop_after_create")
    run = step(run)
    receive_callback(run.pk, callback(run, FOREIGN))
    run = step(run)
    [sent] = runflow.runs_of(run)
    assert (run.status, run.runflow_run_id, run.hinted_run_ids) == (
        Status.PROCESSING,
        sent["id"],
        "",
    )


@pytest.mark.parametrize("error", [AccountRefused(status=403), AccountRefused(status=401)], ids=str)
def test_a_wrong_id_that_is_refused_like_a_bad_key_holds_nobody(error, runflow, step, answer):
    for name in "ABC":
        make_image(name)
    first, *others = isolate(ProductImage.objects.all()).runs.all()
    answer(FOREIGN, error)
    runflow.behave(fault="drop_before_create")
    first = step(first)
    receive_callback(first.pk, callback(first, FOREIGN))
    assert step(first).status == Status.SUBMITTING
    for other in others:
        other.refresh_from_db()
        assert other.status == Status.QUEUED


@pytest.mark.parametrize("error", DISPROVED, ids=str)
def test_an_id_that_disproves_itself_is_forgotten_at_once(error, run, runflow, step, answer):
    answer(FOREIGN, error)
    runflow.behave(fault="drop_before_create")
    run = step(run)
    receive_callback(run.pk, callback(run, FOREIGN))
    assert step(run).hinted_run_ids == ""


@pytest.mark.parametrize("error", SAYS_NOTHING[:2], ids=str)
def test_while_runflow_does_not_say_whose_an_id_is_the_run_is_not_given_up(
    error, run, runflow, step, answer
):
    answer(FOREIGN, error)
    runflow.behave(fault="drop_before_create")
    run = step(run)
    receive_callback(run.pk, callback(run, FOREIGN))
    for _ in range(MIN_LOOKUPS + 2):
        run = step(run)
        assert (run.status, run.hinted_run_ids) == (Status.SUBMITTING, FOREIGN)
        looked_long_ago(run)


def test_a_genuine_callback_after_a_wrong_one_is_taken(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    receive_callback(run.pk, callback(run, FOREIGN))
    receive_callback(run.pk, callback(run, sent["id"]))  # raises nothing
    runflow.behave(fault="error_500", on="search_runs", times=0)
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.PROCESSING, sent["id"])


def test_many_wrong_ids_push_out_no_run_that_can_be_found(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    for number in range(50):
        receive_callback(run.pk, callback(run, f"{number:0100}"))
    run.refresh_from_db()
    assert len(run.hinted_run_ids.split()) == 4
    assert step(run).runflow_run_id == sent["id"]


def test_only_an_id_that_runflow_proved_makes_another_one_wrong(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    with pytest.raises(WrongRun):
        receive_callback(run.pk, callback(run, FOREIGN))
    receive_callback(run.pk, callback(run, run.runflow_run_id.upper()))


@pytest.mark.parametrize("held", [False, True])
def test_a_queued_run_that_called_back_is_looked_for_before_it_is_sent(held, run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    # As after a restored backup, or a gateway that answered 429 for what it had passed on.
    IsolationRun.objects.update(status=Status.HELD if held else Status.QUEUED, held_from="queued")
    receive_callback(run.pk, callback(run, sent["id"]))
    run.refresh_from_db()
    assert run.status == (Status.HELD if held else Status.QUEUED)
    if held:
        assert resume(run)
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.PROCESSING, sent["id"])
    assert len(runflow.runs_of(run)) == 1


def test_a_queued_run_that_called_back_is_found_without_the_id_it_named(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    IsolationRun.objects.update(status=Status.QUEUED)
    receive_callback(run.pk, callback(run, FOREIGN))
    assert step(run).runflow_run_id == sent["id"]
    assert len(runflow.runs_of(run)) == 1


def test_a_queued_run_of_which_runflow_denies_all_is_sent_at_last(run, runflow, step):
    receive_callback(run.pk, callback(run, FOREIGN))
    for _ in range(MIN_LOOKUPS - 1):
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.UNCONFIRMED)
        assert runflow.runs_of(run) == []
        looked_long_ago(run)
    run = step(run)
    assert run.status == Status.PROCESSING
    assert len(runflow.runs_of(run)) == 1


def test_a_hold_between_does_not_make_a_run_that_called_back_be_sent(run, runflow, step):
    receive_callback(run.pk, callback(run, FOREIGN))
    run = step(run)
    assert run.hinted_run_ids == ""
    assert run.move_to(Status.HELD, reason=Reason.NO_CREDIT)
    assert resume(run)
    run = step(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.UNCONFIRMED)
    assert runflow.runs_of(run) == []


def test_while_runflow_cannot_be_asked_a_queued_run_that_called_back_is_not_sent(
    run, runflow, step
):
    receive_callback(run.pk, callback(run, FOREIGN))
    runflow.behave(fault="error_500", on="search_runs", times=0)
    for _ in range(MIN_LOOKUPS + 2):
        run = step(run)
        assert run.status == Status.QUEUED
        looked_long_ago(run)
    runflow.reset()
    assert runflow.runs_of(run) == []


def test_a_queued_run_that_called_back_and_was_stopped_still_says_what_it_cost(
    run, runflow, step, go_on
):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    IsolationRun.objects.update(status=Status.QUEUED)
    receive_callback(run.pk, callback(run, sent["id"]))
    run.refresh_from_db()
    assert stop(run)
    run = go_on(run)
    assert (run.status, run.runflow_run_id) == (Status.CANCELLED, sent["id"])
    assert f"{run.cost:.2f}" == "0.27"


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.SUPERSEDED])
def test_an_ended_run_that_calls_back_says_what_it_cost(status, run, runflow, step, go_on):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    IsolationRun.objects.update(status=status, active_key=None, due_at=None)
    receive_callback(run.pk, callback(run, sent["id"]))
    run = go_on(run)
    assert (run.status, run.runflow_run_id, f"{run.cost:.2f}") == (status, sent["id"], "0.27")


@pytest.mark.parametrize("reason", [Reason.TOO_LONG, Reason.RUN_MISSING])
def test_a_run_held_for_want_of_an_answer_goes_on_when_it_calls_back(
    reason, run, runflow, step, go_on
):
    run = step(run)
    run.move_to(Status.HELD, reason=reason)
    receive_callback(run.pk, callback(run, run.runflow_run_id))
    assert go_on(run).status == Status.APPLIED


@pytest.mark.parametrize("reason", [Reason.NO_CREDIT, Reason.KEY_REFUSED, Reason.STORAGE_FAILED])
def test_a_run_that_a_person_has_to_mend_stays_held(reason, run, runflow, step):
    run = step(run)
    run.move_to(Status.HELD, reason=reason)
    receive_callback(run.pk, callback(run, run.runflow_run_id))
    run.refresh_from_db()
    assert run.status == Status.HELD


def test_a_hundred_callbacks_leave_one_moment_and_no_event(run, runflow):
    events = run.events.count()
    for number in range(100):
        receive_callback(run.pk, callback(run, f"id-{number}"))
    run.refresh_from_db()
    assert run.called_back_at is not None
    assert run.events.count() == events


def test_a_callback_about_a_known_run_is_one_statement(
    run, runflow, step, django_assert_num_queries
):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    with django_assert_num_queries(1):
        receive_callback(run.pk, callback(run, run.runflow_run_id))
    known = IsolationRun.objects.get(pk=run.pk)
    assert known.called_back_at is not None
    assert known.due_at <= known.called_back_at


def test_a_run_whose_fate_a_person_was_asked_about_goes_on_when_it_calls_back(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    [sent] = runflow.runs_of(run)
    run.move_to(Status.HELD, reason=Reason.STILL_UNCONFIRMED)
    receive_callback(run.pk, callback(run, sent["id"]))
    assert step(run).status == Status.SUBMITTING  # where it was
    assert step(run).runflow_run_id == sent["id"]
