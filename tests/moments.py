"""Moments for tests, as the shop stores them: aware, or naive where USE_TZ is False."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def at(text: str) -> datetime:
    """A moment in ISO 8601 with its offset."""
    moment = datetime.fromisoformat(text)
    if settings.USE_TZ:
        return moment
    return timezone.make_naive(moment, timezone.get_default_timezone())
