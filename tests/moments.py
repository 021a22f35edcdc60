"""Moments for tests, as the shop stores them: aware, or naive where USE_TZ is False."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone


def at(text: str) -> datetime:
    """A moment in ISO 8601 with its offset."""
    moment = datetime.fromisoformat(text)
    if settings.USE_TZ:
        return moment
    return timezone.make_naive(moment, timezone.get_default_timezone())


def overdue() -> datetime:
    """Due by whichever clock: SQLite's knows milliseconds alone, and servers have one each."""
    return timezone.now() - timedelta(seconds=1)


def until(happened, seconds: float = 20) -> None:
    """Wait until something of another thread or process has happened."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.02)
