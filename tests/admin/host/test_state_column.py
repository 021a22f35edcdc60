"""The state of images on the host's own list, whatever the host's ModelAdmin does."""

import random
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.admin.host import state_column
from django_product_isolation.admin.host.state_filter import CHOICES, WORKING
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    CHANGELIST,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    image_of,
    make_batch,
    make_images_without_files,
    make_run,
    make_staff,
    tick,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def column_of(response) -> dict[str, str]:
    """What the list says of each image, by its key."""
    changelist = response.context["cl"]
    column = next(c for c in changelist.list_display if c == "isolation_state")
    return {str(image.pk): str(column(image)) for image in changelist.result_list}


def has_column(response) -> bool:
    return "isolation_state" in response.context["cl"].list_display


@pytest.mark.parametrize("status", Status)
def test_each_image_has_a_badge_with_words_that_leads_to_the_batch(client, staff, status):
    run = make_run(status)
    make_image("Never isolated")
    page = client.get(CHANGELIST).content.decode()
    word = "Ready for review" if status == Status.READY else status.label
    url = reverse("product_isolation:progress", args=[run.batch_id])
    assert (
        f'<a class="isolation-link" href="{url}?run={run.pk}#run-{run.pk}"><span class="isolation-b'
        in page
    )
    assert f">{word}</span></a>" in page
    assert page.count("isolation-badge") == 1
    assert "product_isolation/product_isolation.css" in page


def test_the_badge_is_of_the_file_that_the_image_shows_now(client, staff):
    run = make_run(Status.FAILED)
    ProductImage.objects.update(original="products/another.jpg")
    assert column_of(client.get(CHANGELIST)) == {run.object_pk: ""}


def test_a_result_that_somebody_replaced_has_no_badge(client, staff):
    run = make_run(Status.APPLIED)
    ProductImage.objects.update(original=run.source_name)
    assert column_of(client.get(CHANGELIST)) == {run.object_pk: ""}


def test_the_badge_is_of_this_row_and_of_this_model(client, staff):
    run = make_run(Status.FAILED)
    other = make_image("Same file")
    ProductImage.objects.update(original=run.source_name)
    make_run(
        Status.HELD,
        batch=make_batch(model_label="catalogue.swatch"),
        image=image_of(run),
        active_key="another model's",
    )
    assert {pk: "Failed" in said for pk, said in column_of(client.get(CHANGELIST)).items()} == {
        run.object_pk: True,
        str(other.pk): False,
    }


def test_an_open_run_goes_first_then_the_shown_result_then_the_newest_that_ended(client, staff):
    image = make_image()
    old = timezone.now() - timedelta(days=1)
    make_run(Status.REJECTED, image=image)
    make_run(Status.FAILED, image=image, status_since=old)
    assert "Rejected" in column_of(client.get(CHANGELIST))[str(image.pk)]
    make_run(Status.APPLIED, image=image, status_since=old)
    image = image_of(IsolationRun.objects.get(status=Status.APPLIED))
    make_run(Status.FAILED, image=image)
    assert "Applied" in column_of(client.get(CHANGELIST))[str(image.pk)]
    make_run(Status.PROCESSING, image=image, status_since=old)
    assert "Being isolated" in column_of(client.get(CHANGELIST))[str(image.pk)]


@pytest.mark.parametrize("mine", [ISOLATE, REVIEW, RESTORE, VIEW_RUNS])
def test_badges_are_for_those_with_a_permission_of_ours(client, mine):
    make_run(Status.APPLIED)
    client.force_login(make_staff(VIEW, mine))
    response = client.get(CHANGELIST)
    assert has_column(response)
    (drawn,) = column_of(response).values()
    assert ("<a " in drawn) == (mine in (ISOLATE, VIEW_RUNS))


def test_others_see_the_list_as_it_was(client):
    make_run(Status.APPLIED)
    client.force_login(make_staff(VIEW, CHANGE))
    response = client.get(CHANGELIST)
    assert list(response.context["cl"].list_display) == ["product", "caption"]
    assert response.context["cl"].list_filter == ()
    assert (
        client.get(CHANGELIST, {"product_isolation": "applied"}).status_code == 302
    )  # not a filter


def test_the_column_costs_one_query_whatever_the_number_of_images(client, staff, count_queries):
    def ask():
        response = client.get(CHANGELIST)
        assert response.status_code == 200

    client.force_login(make_staff(VIEW, CHANGE, name="bea"))
    make_images_without_files(1)
    ProductImage.objects.update(width=1, height=1)
    plain = count_queries(ask)
    client.force_login(staff)
    one = count_queries(ask)
    for image in make_images_without_files(90):
        IsolationRun.objects.create(
            batch=make_batch(), object_pk=image.pk, label="x", source_name=image.original.name
        )
    ProductImage.objects.update(width=1, height=1)
    many = count_queries(ask)
    assert one == many == plain + 1


def test_posting_an_action_asks_for_no_states(client, staff, monkeypatch):
    run = make_run(Status.APPLIED)
    monkeypatch.setattr(state_column, "current_runs", lambda *args: pytest.fail("asked"))
    client.post(CHANGELIST, tick([image_of(run)], "restore_original"))
    assert IsolationRun.objects.get().status == Status.RESTORING


def story(image, count=3) -> None:
    """A random history of one image."""
    for _ in range(random.randint(0, count)):
        image = ProductImage.objects.get(pk=image.pk)
        open_ones = IsolationRun.objects.filter(object_pk=image.pk, status__in=OPEN_STATUSES)
        status = random.choice(list(Status))
        if status in OPEN_STATUSES and open_ones.exists():
            continue
        since = timezone.now() - timedelta(seconds=random.randint(0, 1000))
        make_run(status, image=image, status_since=since)


def choice_for(badges: str) -> str:
    """The choice of the filter that an image with this badge belongs to."""
    words = {status.label: status for status in Status}
    words["Ready for review"] = Status.READY
    status = next((words[word] for word in words if f">{word}<" in badges), None)
    if status is None:
        return "none"
    if status in WORKING | {Status.RESTORING}:
        return "working"
    if status in (Status.READY, Status.HELD, Status.APPLIED):
        return status.value
    return "ended"


def test_the_filter_says_of_every_image_what_its_badge_says(client, staff):
    for n in range(40):
        story(make_image(f"Cup {n}"))
    badges = column_of(client.get(CHANGELIST))
    expected = {choice: set() for choice in CHOICES}
    for pk, drawn in badges.items():
        expected[choice_for(drawn)].add(pk)
    for choice, those in expected.items():
        assert set(column_of(client.get(CHANGELIST, {"product_isolation": choice}))) == those, (
            choice
        )
    assert set(column_of(client.get(CHANGELIST, {"product_isolation": "nonsense"}))) == set(badges)


def test_the_filter_is_left_out_where_runs_are_in_another_database(client, staff, settings):
    settings.DATABASE_ROUTERS = [ImagesElsewhere()]
    assert (
        client.get(CHANGELIST, {"product_isolation": "applied"}).status_code == 302
    )  # not a filter


class ImagesElsewhere:
    def db_for_read(self, model, **hints):
        return "shop" if model is ProductImage else None


# What hosts do
