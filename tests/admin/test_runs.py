"""The record of runs in the admin: lists, the run's page, decisions on both."""

import shutil
from decimal import Decimal

import pytest
from django.urls import reverse

from django_product_isolation.admin import runs as runs_admin
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason, sentence_of
from django_product_isolation.staff.decisions import DECISIONS
from tests.catalogue.models import ProductImage
from tests.moments import at
from tests.photos import make_image, photo_file, shown_bytes
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    RUNS,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_batch,
    make_run,
    make_staff,
    put_originals_back,
    said,
    status_of,
    tick,
)

pytestmark = pytest.mark.django_db

# Where each decision can be taken, and where it leads when it is.
APPLIES = {
    "approve": {Status.READY: Status.READY},
    "reject": {Status.READY: Status.REJECTED},
    "resume": {Status.HELD: Status.QUEUED},
    "restore": {Status.APPLIED: Status.RESTORING},
    "keep": {Status.RESTORING: Status.APPLIED},
    "stop": dict.fromkeys(
        [Status.QUEUED, Status.PROCESSING, Status.COLLECTING, Status.HELD], Status.CANCELLED
    ),
    # These begin something new, or lead to where it is begun: the run itself stays as it is.
    "redo": {Status.READY: Status.READY},
    "retry": {status: status for status in (Status.FAILED, Status.CANCELLED)},
    "change": {
        status: status
        for status in (
            Status.FAILED,
            Status.CANCELLED,
            Status.REJECTED,
            Status.RESTORED,
            Status.SUPERSEDED,
        )
    },
}
NEEDS = {
    "approve": {REVIEW},
    "reject": {REVIEW},
    "redo": {ISOLATE, REVIEW},
    "resume": {ISOLATE},
    "retry": {ISOLATE},
    "change": {ISOLATE},
    "restore": {RESTORE},
    "keep": {RESTORE},
    "stop": {ISOLATE},
}
NO_RESULT = Reason.NOTHING_TO_RESTORE
WHY_NOT_RESTORED = {
    Status.RESTORING: Reason.BEING_RESTORED,
    Status.RESTORED: Reason.IS_RESTORED,
}


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


def page_of(run) -> str:
    return f"{RUNS}{run.pk}/change/"


def decide(client, run, name, **options):
    return client.post(f"{RUNS}{run.pk}/decide/", {"decide": name}, **options)


def test_the_list_shows_status_pictures_reason_and_cost(client, staff):
    batch = make_batch(staff)
    make_run(Status.APPLIED, batch=batch, name="Cup", cost=Decimal("0.27"))
    make_run(Status.HELD, batch=batch, name="Pot", reason=Reason.NO_CREDIT)
    page = client.get(RUNS).content.decode()
    assert '<span class="isolation-badge isolation-good">Applied</span>' in page
    assert "The Runflow account has no credit left." in page
    assert "$0.27" in page
    assert page.count('class="isolation-thumb" src="') == 3  # the held one has no result


def test_the_list_is_searched_by_name_runflow_id_and_key(client, staff):
    cup = make_run(name="Cup", runflow_run_id="run_abc")
    make_run(name="Pot", runflow_run_id="run_xyz")
    for sought in ("cup", "run_abc", cup.object_pk):
        listed = client.get(RUNS, {"q": sought}).context["cl"].result_list
        assert [run.label for run in listed] == ["Cup"]


def test_the_list_is_filtered_by_status_and_date(client, staff):
    make_run(Status.QUEUED, name="Cup")
    make_run(Status.FAILED, name="Pot")
    listed = client.get(RUNS, {"status__exact": "failed"}).context["cl"].result_list
    assert [run.label for run in listed] == ["Pot"]
    assert (
        client.get(RUNS, {"batch__created_at__gte": str(at("2000-01-01 00:00:00+00:00"))})
        .context["cl"]
        .result_count
        == 2
    )


def test_the_page_shows_both_pictures_the_settings_and_what_happened(client, staff):
    batch = make_batch(staff, aspect_ratio="4:5")
    run = make_run(Status.READY, batch=batch, prompt="the cup", reason=Reason.UNUSUAL)
    run.record(RunEvent.Kind.STATUS, Reason.UNUSUAL, "wrong_ratio", status=Status.READY)
    run.record(RunEvent.Kind.PROBLEM, Reason.BUSY)
    run.record(RunEvent.Kind.APPROVED, actor=staff)
    page = client.get(page_of(run)).content.decode()
    assert 'alt="Enamel mug, before"' in page
    assert 'alt="Enamel mug, after"' in page
    for text in ("4:5", "the cup", "unusual", "wrong_ratio", "Runflow is busy.", "Approved"):
        assert text in page
    assert f'href="/admin/catalogue/productimage/{run.object_pk}/change/"' in page


def test_pages_show_no_storage_address_lease_or_token(client, staff):
    run = make_run(Status.APPLIED)
    lease = "6f1f7f0e-5a7c-4c1c-9d53-3ed1a0a1aaaa"
    IsolationRun.objects.filter(pk=run.pk).update(lease_owner=lease)
    for url in (RUNS, page_of(run)):
        page = client.get(url).content.decode()
        assert lease not in page
        assert "/media/" not in page
        assert run.source_sha256 not in page


def test_runs_are_read_only(client, staff):
    run = make_run()
    assert client.get(f"{RUNS}add/").status_code == 403
    assert client.get(f"{RUNS}{run.pk}/delete/").status_code == 403
    assert client.post(page_of(run), {"label": "Other"}).status_code == 403
    assert client.post(RUNS, tick([run], "delete_selected")).status_code == 302
    assert status_of(run) == Status.QUEUED


@pytest.mark.parametrize(
    ("permission", "status"),
    [(VIEW_RUNS, 200), (ISOLATE, 200), (REVIEW, 403), (RESTORE, 403), (CHANGE, 403)],
)
def test_runs_are_read_with_a_permission_for_it(client, permission, status):
    client.force_login(make_staff(permission, VIEW))
    run = make_run()
    assert client.get(RUNS).status_code == status
    assert client.get(page_of(run)).status_code == status


@pytest.mark.parametrize("status", Status)
def test_the_page_offers_the_decisions_that_apply(client, staff, status):
    run = make_run(status)
    offered = {decision.name for decision in client.get(page_of(run)).context["card"].decisions}
    assert offered == {name for name, statuses in APPLIES.items() if status in statuses}


@pytest.mark.parametrize("name", DECISIONS)
@pytest.mark.parametrize("status", Status)
def test_a_decision_changes_only_runs_to_which_it_applies(client, staff, name, status):
    run = make_run(status)
    response = decide(client, run, name, follow=True)
    assert status_of(run) == APPLIES[name].get(status, status)
    if status not in APPLIES[name]:
        why = sentence_of(WHY_NOT_RESTORED.get(status, NO_RESULT), "Enamel mug")
        moved_on = "Enamel mug has changed in the meantime. Please check it again."
        assert said(response) == [why if name == "restore" else moved_on]


@pytest.mark.parametrize(
    ("name", "missing"), [(name, needed) for name in DECISIONS for needed in sorted(NEEDS[name])]
)
def test_a_decision_needs_its_own_permissions(client, name, missing):
    status = next(iter(APPLIES[name]))
    others = {ISOLATE, REVIEW, RESTORE} - {missing}
    client.force_login(make_staff(CHANGE, VIEW, VIEW_RUNS, *others))
    run = make_run(status)
    assert name not in [d.name for d in client.get(page_of(run)).context["card"].decisions]
    assert decide(client, run, name).status_code == 403
    assert client.post(RUNS, tick([run], f"{name}_runs")).status_code == 302
    assert (status_of(run), IsolationRun.objects.get().review) == (status, run.review)
    assert not RunEvent.objects.exists()


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_needs_the_right_to_change_the_image(client, name):
    status = next(iter(APPLIES[name]))
    client.force_login(make_staff(VIEW, VIEW_RUNS, *NEEDS[name]))
    run = make_run(status)
    assert client.get(page_of(run)).context["card"].decisions == []
    assert decide(client, run, name).status_code == 403
    assert status_of(run) == status


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_needs_the_right_to_change_this_very_image(client, staff, some_are_locked, name):
    status = next(iter(APPLIES[name]))
    run = make_run(status)
    ProductImage.objects.update(caption="locked")
    assert decide(client, run, name).status_code == 403
    assert status_of(run) == status


def test_nobody_decides_about_a_run_that_they_may_not_read(client):
    client.force_login(make_staff(CHANGE, VIEW, REVIEW))
    run = make_run(Status.READY)
    assert decide(client, run, "reject").status_code == 403
    assert status_of(run) == Status.READY


def test_decisions_come_by_post_and_by_name_only(client, staff):
    run = make_run(Status.APPLIED)
    assert client.get(f"{RUNS}{run.pk}/decide/?decide=restore").status_code == 405
    assert decide(client, run, "delete").status_code == 400
    assert client.post(f"{RUNS}{run.batch_id}/decide/", {"decide": "stop"}).status_code == 404
    assert status_of(run) == Status.APPLIED


def test_restore_on_the_page_is_begun_and_leads_to_where_it_is_watched(client, staff):
    image = make_image()
    before = shown_bytes(image)
    run = make_run(Status.APPLIED, image=image)
    response = decide(client, run, "restore", follow=True)
    assert said(response) == ["1 original is being restored. View progress"]
    batch_page = reverse("product_isolation:progress", args=[run.batch_id])
    assert response.redirect_chain[-1][0] == batch_page
    put_originals_back()
    assert shown_bytes(image) == before


def test_a_newer_upload_is_not_replaced_by_the_original(client, staff):
    run = make_run(Status.APPLIED)
    image = image_of(run)
    image.original.save("newer.jpg", photo_file(colour="navy"))
    (message,) = said(decide(client, run, "restore", follow=True))
    assert message.startswith("Enamel mug shows no isolated image")
    assert image_of(run).original.name == image.original.name
    assert status_of(run) == Status.APPLIED


def test_after_a_decision_that_goes_on_the_batch_page_follows(client, staff):
    run = make_run(Status.READY)
    response = decide(client, run, "approve")
    assert response["Location"] == reverse("product_isolation:progress", args=[run.batch_id])
    assert IsolationRun.objects.get().due_at is not None


def test_several_runs_are_decided_about_from_the_list(client, staff):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    queued = make_run(Status.QUEUED, name="Jug")
    response = client.post(RUNS, tick([*runs, queued], "reject_runs"), follow=True)
    assert said(response) == [
        "2 results rejected.",
        "Jug has changed in the meantime. Please check it again.",
    ]


def test_runs_of_locked_images_are_left_out_and_named(client, staff, some_are_locked):
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    ProductImage.objects.filter(pk=runs[1].object_pk).update(caption="locked")
    response = client.post(RUNS, tick(runs, "reject_runs"), follow=True)
    assert said(response) == ["1 result rejected.", "You are not allowed to change Pot."]
    assert status_of(runs[1]) == Status.READY


def test_the_list_decides_about_so_many_at_once(client, staff, monkeypatch):
    monkeypatch.setattr(runs_admin, "MAX_AT_ONCE", 1)
    runs = [make_run(Status.READY, name=name) for name in ("Cup", "Pot")]
    response = client.post(RUNS, tick(runs, "reject_runs"), follow=True)
    assert said(response)[0] == "1 result rejected."
    assert said(response)[1].startswith("Only the first 1 were processed.")


def test_many_left_alone_are_named_in_short(client, staff):
    runs = [make_run(Status.FAILED, name=f"Cup {n:02}") for n in range(13)]
    response = client.post(RUNS, tick(runs, "stop_runs"), follow=True)
    assert len(said(response)) == 11
    assert said(response)[-1] == "and 3 more."


def test_a_storage_that_does_not_answer_is_said(client, staff, media_root):
    run = make_run(Status.APPLIED)
    shutil.rmtree(media_root)
    media_root.write_text("not a folder")
    decide(client, run, "restore")
    put_originals_back()
    assert status_of(run) == Status.RESTORING
    page = client.get(page_of(run)).content.decode()
    assert "Waiting for our own file storage, which does not answer." in page
    assert "Stop restoring" in page


@pytest.mark.parametrize("label", ["catalogue.gone", "catalogue.product"])
def test_a_model_that_the_shop_no_longer_names_is_said(client, staff, label):
    bea = make_staff(*EVERYTHING, "catalogue.change_product", name="bea")
    client.force_login(bea)
    run = make_run(Status.APPLIED, batch=make_batch(bea, model_label=label))
    assert client.get(page_of(run)).status_code == 200
    (message,) = said(decide(client, run, "restore", follow=True))
    assert "that of Enamel mug are no longer isolated here" in message
    assert status_of(run) == Status.APPLIED


def test_a_deleted_images_run_can_still_be_stopped(client, staff):
    run = make_run(Status.PROCESSING)
    ProductImage.objects.all().delete()
    decide(client, run, "stop")
    assert status_of(run) == Status.CANCELLED


def test_fifty_runs_cost_as_many_queries_as_five(client, staff, count_queries):
    batch = make_batch(staff)
    for n in range(5):
        make_run(Status.APPLIED, batch=batch, name=f"Cup {n}")
    client.get(RUNS)
    few = count_queries(lambda: client.get(RUNS))
    for n in range(45):
        make_run(Status.FAILED, batch=make_batch(staff), name=f"Pot {n}")
    assert count_queries(lambda: client.get(RUNS)) == few


def test_forty_events_cost_as_many_queries_as_four(client, staff, count_queries):
    run = make_run()

    def add(count):
        for _ in range(count):
            run.record(RunEvent.Kind.APPROVED, actor=staff)

    add(4)
    client.get(page_of(run))
    few = count_queries(lambda: client.get(page_of(run)))
    add(36)
    assert count_queries(lambda: client.get(page_of(run))) == few


def test_every_open_status_but_sending_can_be_ended_by_a_person():
    """While a request may be on its way, nobody can know what stopping would mean."""
    endable = {status for name in ("stop", "reject", "keep") for status in APPLIES[name]}
    assert endable == OPEN_STATUSES - {Status.SUBMITTING}
