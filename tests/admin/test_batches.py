"""The record of batches in the admin."""

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from tests.shop import BATCHES, EVERYTHING, VIEW, make_batch, make_run, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, "catalogue.view_swatch")  # that is all there is to see
    client.force_login(user)
    return user


def test_the_list_counts_the_images_of_each_batch(client, staff):
    batch = make_batch(staff)
    for name, status in (("Cup", Status.APPLIED), ("Pot", Status.QUEUED), ("Jug", Status.FAILED)):
        make_run(status, batch=batch, name=name)
    make_batch(staff)
    response = client.get(BATCHES)
    model_admin = response.context["cl"].model_admin
    listed = {b.pk: b for b in response.context["cl"].result_list}
    counts = (model_admin.images, model_admin.applied, model_admin.open)
    assert [count(listed[batch.pk]) for count in counts] == [3, 1, 1]
    page = client.get(BATCHES).content.decode()
    assert '<td class="field-at_most">$0.81</td>' in page
    assert '<td class="field-images">0</td>' in page


def test_a_batch_leads_to_the_page_on_which_it_is_watched(client, staff):
    batch = make_batch(staff)
    response = client.get(f"{BATCHES}{batch.pk}/change/")
    assert response["Location"] == reverse("product_isolation:progress", args=[batch.pk])
    assert client.get(f"{BATCHES}{make_run().pk}/change/").status_code == 404


def test_batches_are_read_only_and_for_those_who_may_read_them(client, staff):
    batch = make_batch(staff)
    assert client.get(f"{BATCHES}add/").status_code == 403
    assert client.get(f"{BATCHES}{batch.pk}/delete/").status_code == 403
    client.force_login(make_staff(VIEW, name="bea"))
    assert client.get(BATCHES).status_code == 403


def test_fifty_batches_cost_as_many_queries_as_five(client, staff, count_queries):
    for n in range(5):
        make_run(batch=make_batch(staff), name=f"Cup {n}")
    client.get(BATCHES)
    few = count_queries(lambda: client.get(BATCHES))
    for n in range(45):
        make_run(batch=make_batch(staff), name=f"Pot {n}")
    assert count_queries(lambda: client.get(BATCHES)) == few
