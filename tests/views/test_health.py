"""What the site's monitoring and load balancers are told while our tables are away."""

import pytest
from django.db import connection, connections
from django.urls import reverse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("requests_are_atomic", "no_table")
def test_a_site_is_alive_while_only_our_table_is_missing(client):
    response = client.get(reverse("product_isolation:health"))
    assert (response.status_code, response.json()) == (200, {"status": "unknown"})
    response = client.get(reverse("product_isolation:lateness"))
    assert (response.status_code, response.json()) == (503, {"status": "unknown"})


@pytest.mark.parametrize("name", ["health", "lateness"])
def test_no_transaction_of_the_sites_is_around_them(name, client, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    around = []

    def note(execute, sql, *arguments):
        around.append(connection.in_atomic_block)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        client.get(reverse(f"product_isolation:{name}"))
    assert around
    assert not any(around)
