import pytest
from django.utils import timezone

from tests.moments import at
from tests.shop import SPENDING, VIEW, make_staff


@pytest.fixture(autouse=True)
def nobody_takes_steps(no_steps):
    """What a page shows is what the test made, unless the test says otherwise."""


@pytest.fixture
def no_network(monkeypatch):
    """Whoever reaches for Runflow fails the test."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("A request that staff wait for went over the network.")

    monkeypatch.setattr("django_product_isolation.runflow.api.reply_to", refuse)


@pytest.fixture
def last_of_march(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at("2026-03-31 10:30+00:00"))


@pytest.fixture
def bookkeeper(client):
    """Who may see what everything costs, logged in."""
    user = make_staff(SPENDING, VIEW, name="boss")
    client.force_login(user)
    return user
