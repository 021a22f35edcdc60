from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation.workflow.timing import backoff, next_poll


def seconds_until(moment):
    return (moment - timezone.now()).total_seconds()


def next_poll_after(waited):
    """Seconds until the next question about a run accepted so many seconds ago."""
    return seconds_until(next_poll(timezone.now() - timedelta(seconds=waited)))


@pytest.mark.parametrize(
    ("waited", "pause"), [(0, 2), (20, 5), (200, 15), (301, 75), (3600, 900), (80_000, 900)]
)
def test_runflow_is_asked_often_at_first_and_seldom_later(waited, pause):
    assert next_poll_after(waited) == pytest.approx(pause, abs=1)


@pytest.mark.parametrize(("waited", "pause"), [(0, 45), (50, 50), (200, 200), (3600, 900)])
def test_where_a_callback_should_come_it_is_asked_twice_as_seldom_each_time(
    waited, pause, settings
):
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "CALLBACK_BASE_URL": "https://shop.example",
    }
    assert next_poll_after(waited) == pytest.approx(pause, abs=1)


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 1, 2), (4, 8, 16), (10, 30, 60), (1000, 30, 60)]
)
def test_tries_come_further_apart_up_to_one_minute(attempts, least, most):
    assert least - 1 <= seconds_until(backoff(attempts)) <= most
