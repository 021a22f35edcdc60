"""Who may see what isolations cost, and where links lead there."""

import pytest
from django.urls import reverse

from tests.shop import BATCHES, EVERYTHING, make_staff

from .test_spending import SPENDING, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network", "last_of_march")]


def test_who_may_isolate_need_not_know_what_everybody_costs(client):
    client.force_login(make_staff(*EVERYTHING))
    export = reverse("product_isolation:spending_export") + "?from=2026-03-01&to=2026-03-31"
    assert client.get(url()).status_code == 403
    assert client.get(export).status_code == 403
    assert url() not in client.get(BATCHES).content.decode()


def test_the_right_does_not_open_it_for_those_who_are_no_staff(client, bookkeeper):
    bookkeeper.is_staff = False
    bookkeeper.save()
    assert client.get(url()).url.startswith("/admin/login/?next=")


def test_strangers_log_in_first(client):
    assert client.get(url()).url.startswith("/admin/login/?next=")


def test_there_is_nothing_to_post(client, bookkeeper):
    assert client.post(url()).status_code == 405


def test_the_batch_list_and_the_index_lead_there(client):
    client.force_login(make_staff(*EVERYTHING, SPENDING))
    for address in (BATCHES, "/admin/product_isolation/"):
        assert f'href="{url()}"' in client.get(address).content.decode()
    client.force_login(make_staff(*EVERYTHING, name="ben"))
    assert url() not in client.get("/admin/product_isolation/").content.decode()
