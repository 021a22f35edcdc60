import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.signals import work_due
from django_product_isolation.workflow import approve, reject, resume, stop
from tests.photos import make_image
from tests.shop import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return isolate(make_image()).runs.get()


@pytest.fixture
def staff():
    return make_staff(name="bea")


def put(run, status, **columns):
    IsolationRun.objects.filter(pk=run.pk).update(status=status, due_at=None, **columns)
    return IsolationRun.objects.get(pk=run.pk)


def test_an_approved_result_is_due_to_be_published_in_the_approvers_name(run, admin_user):
    run = put(run, Status.READY, review=True)
    assert approve(run, user=admin_user)
    assert IsolationRun.objects.due().get() == run
    [event] = run.events.all()
    assert (event.kind, event.actor) == (RunEvent.Kind.APPROVED, admin_user)


def test_approving_twice_is_approving_once(run):
    run = put(run, Status.READY, review=True)
    assert approve(run)
    assert not approve(run)
    assert run.events.count() == 1


def test_turning_down_ends_the_run(run, admin_user):
    run = put(run, Status.READY, review=True)
    assert reject(run, user=admin_user)
    run.refresh_from_db()
    assert (run.status, run.active_key, run.events.get().actor) == (
        Status.REJECTED,
        None,
        admin_user,
    )


def test_of_approving_and_turning_down_the_first_counts(run):
    run = put(run, Status.READY, review=True)
    seen_by_colleague = IsolationRun.objects.get(pk=run.pk)
    assert reject(run)
    assert not approve(seen_by_colleague)


def test_what_another_person_approved_is_not_turned_down_by_who_saw_it_wait(run, admin_user, staff):
    run = put(run, Status.READY, review=True)
    seen_by_colleague = IsolationRun.objects.get(pk=run.pk)
    assert approve(run, user=admin_user)
    assert not reject(seen_by_colleague, user=staff)
    assert not reject(IsolationRun.objects.get(pk=run.pk), user=staff)
    assert reject(IsolationRun.objects.get(pk=run.pk), user=admin_user)


def test_what_another_person_approved_can_be_ended_where_it_is_not_published(
    run, admin_user, staff
):
    run = put(run, Status.READY, review=True)
    assert approve(run, user=admin_user)
    run.record(RunEvent.Kind.PROBLEM, "storage", status=Status.READY)
    assert reject(IsolationRun.objects.get(pk=run.pk), user=staff)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.READY}))
def test_only_a_result_that_is_ready_can_be_turned_down(run, status):
    run = put(run, status)
    assert not reject(run)
    assert IsolationRun.objects.get(pk=run.pk).status == status


@pytest.mark.parametrize("stood", [Status.QUEUED, Status.SUBMITTING, Status.PROCESSING])
def test_resume_goes_on_where_the_run_stopped(run, stood, django_capture_on_commit_callbacks):
    nudged = []

    def listen(run_ids, **kwargs):
        nudged.extend(run_ids)

    work_due.connect(listen)
    try:
        run = put(run, stood)
        run.move_to(Status.HELD)
        with django_capture_on_commit_callbacks(execute=True):
            assert resume(run)
    finally:
        work_due.disconnect(listen)
    run.refresh_from_db()
    assert run.status == stood
    assert IsolationRun.objects.due().get() == run
    assert nudged == [run.pk]


def test_of_two_who_resume_at_once_one_does(run):
    run = put(run, Status.QUEUED)
    run.move_to(Status.HELD)
    seen_by_colleague = IsolationRun.objects.get(pk=run.pk)
    assert resume(run)
    assert not resume(seen_by_colleague)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.HELD}))
def test_only_a_held_run_can_be_resumed(run, status):
    assert not resume(put(run, status))


@pytest.mark.parametrize("status", Status)
def test_waiting_can_be_stopped_unless_the_request_is_on_its_way_or_the_run_ended(run, status):
    stoppable = {Status.QUEUED, Status.PROCESSING, Status.COLLECTING, Status.HELD}
    run = put(run, status)
    assert stop(run) is (status in stoppable)
    run.refresh_from_db()
    assert run.status == (Status.CANCELLED if status in stoppable else status)
