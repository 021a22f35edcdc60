"""The page on which those who pressed Restore watch what comes of it."""

import re

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    RESTORE,
    RUNS,
    VIEW,
    VIEW_RUNS,
    about,
    image_of,
    make_run,
    make_staff,
    put_originals_back,
    said,
    status_of,
    tick,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(VIEW, CHANGE, RESTORE)
    client.force_login(user)
    return user


def press(client, runs) -> str:
    """Tick the images of ``runs`` and restore them; the address that the message leads to."""
    images = [image_of(run) for run in runs]
    response = client.post(CHANGELIST, tick(images, "restore_original"), follow=True)
    (message,) = response.context["messages"]
    (address,) = re.findall(r'href="([^"]+)"', str(message))
    return address


def test_images_of_several_batches_are_watched_together(client, staff):
    runs = [make_run(Status.APPLIED, name=name) for name in ("Cup", "Pot", "Jug")]
    other = make_run(Status.APPLIED, name="Not chosen")
    address = press(client, runs)
    page = client.get(address).content.decode()
    assert "Restoring 3 images" in page
    assert "Restoring: 3" in page
    assert "data-live" in page
    assert other.label not in page
    put_originals_back()
    page = client.get(address).content.decode()
    assert "3 of 3 are finished." in page
    assert "Original restored: 3" in page
    assert "data-live" not in page


def test_a_decision_is_carried_out_there_too(client, staff):
    run = make_run(Status.APPLIED)
    address = press(client, [run])
    response = client.post(address, {"decide": f"keep:{run.pk}"}, follow=True)
    assert said(response) == ["1 result is kept."]
    assert status_of(run) == Status.APPLIED
    response = client.post(address, {"decide": about("restore", [run])}, follow=True)
    assert said(response) == ["1 original is being restored."]


def test_nobody_else_finds_what_one_person_asked_for(client, staff):
    run = make_run(Status.APPLIED)
    address = press(client, [run])
    client.force_login(make_staff(*EVERYTHING, name="bea"))
    assert client.get(address).status_code == 404
    assert client.post(address, {"decide": f"keep:{run.pk}"}).status_code == 404
    client.force_login(make_staff(VIEW, CHANGE, VIEW_RUNS, name="cid"))
    assert client.get(address).status_code == 403
    client.logout()
    assert "/login/" in client.get(address)["Location"]


def test_rows_that_were_locked_since_are_not_shown(client, staff, some_are_locked):
    cup, pot = (make_run(Status.APPLIED, name=name) for name in ("Cup", "Pot"))
    address = press(client, [cup, pot])
    ProductImage.objects.filter(pk=pot.object_pk).update(caption="locked")
    page = client.get(address).content.decode()
    assert f"run-{cup.pk}" in page
    assert f"run-{pot.pk}" not in page
    assert client.post(address, {"decide": f"keep:{pot.pk}"}).status_code == 404


@pytest.mark.parametrize("at", ["nonsense", "2026-13-41T00:00", "2026-01-01T00:00:00+00:00"])
def test_what_is_no_click_of_theirs_is_not_found(client, staff, at):
    press(client, [make_run(Status.APPLIED)])
    assert client.get(reverse("product_isolation:restores", args=[at])).status_code == 404


def test_a_refresh_brings_what_changed_alone(client, staff):
    cup, pot = (make_run(Status.APPLIED, name=name) for name in ("Cup", "Pot"))
    address = press(client, [cup, pot])
    put_originals_back()
    IsolationRun.objects.filter(pk=pot.pk).update(status_since="2026-01-01T00:00Z")
    page = client.get(address, {"since": "2026-02-01T00:00:00+00:00"}).content.decode()
    assert f'id="run-{cup.pk}"' in page
    assert f'id="run-{pot.pk}"' not in page


def test_fifty_cost_as_many_queries_as_five(client, staff, count_queries):
    few = press(client, [make_run(Status.APPLIED, name=f"Cup {n}") for n in range(5)])
    many = press(client, [make_run(Status.APPLIED, name=f"Pot {n}") for n in range(50)])
    client.get(few)
    assert count_queries(lambda: client.get(few)) == count_queries(lambda: client.get(many))


@pytest.mark.parametrize("door", ["images", "runs", "batch"])
def test_a_click_for_fifty_costs_as_many_queries_as_for_five(client, count_queries, door):
    client.force_login(make_staff(*EVERYTHING))

    def click(count):
        runs = [make_run(Status.APPLIED, name=f"{count}.{n}") for n in range(count)]
        IsolationRun.objects.filter(pk__in=[run.pk for run in runs]).update(batch=runs[0].batch)
        images = [image_of(run) for run in runs]
        ways = {
            "images": (CHANGELIST, tick(images, "restore_original")),
            "runs": (RUNS, tick(runs, "restore_runs")),
            "batch": (
                reverse("product_isolation:progress", args=[runs[0].batch_id]),
                {"decide": about("restore", runs)},
            ),
        }
        taken = count_queries(lambda: client.post(*ways[door]))
        assert RunEvent.objects.filter(run__in=runs, status=Status.RESTORING).count() == count
        return taken

    click(1)
    assert click(5) == click(50)
