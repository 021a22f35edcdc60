"""Whether something was charged is said by the run's cost, whatever it ended for."""

from decimal import Decimal

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from tests.shop import EVERYTHING, RUNS, SPENDING, make_run, make_staff

from .test_batch import url_of

pytestmark = pytest.mark.django_db

CHARGED, FREE = "It was charged all the same.", "It was not charged."


@pytest.mark.parametrize(
    ("reason", "cost", "words"),
    [
        (Reason.RUN_FAILED, Decimal("0.27"), CHARGED),
        (Reason.RUN_FAILED, Decimal(0), FREE),
        (Reason.RUN_FAILED, None, FREE),  # Runflow's own word
        (Reason.ARRIVED_LATE, Decimal("0.27"), CHARGED),
        (Reason.ARRIVED_LATE, Decimal(0), FREE),
        (Reason.ARRIVED_LATE, None, ""),
    ],
)
def test_the_pages_of_a_failed_run_say_what_its_cost_says(client, reason, cost, words):
    client.force_login(make_staff(*EVERYTHING))
    run = make_run(Status.FAILED, reason=reason, cost=cost)
    for address in (url_of(run.batch), f"{RUNS}{run.pk}/change/"):
        page = client.get(address).content.decode()
        assert [sentence for sentence in (CHARGED, FREE) if sentence in page] == [words] * bool(
            words
        )
        assert "not charged." not in page.replace(FREE, "")


def test_spending_does_not_say_that_nothing_was_charged_above_what_was(client):
    client.force_login(make_staff(*EVERYTHING, SPENDING))
    make_run(Status.FAILED, reason=Reason.RUN_FAILED, cost=Decimal("0.27"))
    page = client.get(reverse("product_isolation:spending")).content.decode()
    assert "$0.27" in page
    assert "cost nothing" not in page
