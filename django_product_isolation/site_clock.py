"""The clock and the time zone that count: the site's, whoever looks and from wherever.

Knows about ``USE_TZ``: moments are aware where it is True, else naive in the site's zone, as
Django itself makes and stores them.
"""

from datetime import date, datetime, time, timezone, tzinfo

from django.conf import settings
from django.utils import timezone as django_timezone
from django.utils.dateparse import parse_datetime


def now() -> datetime:
    """This moment, as Django stores it."""
    return django_timezone.now()


def zone() -> tzinfo:
    """Where the site is (setting ``TIME_ZONE``)."""
    return django_timezone.get_default_timezone()


def day_of(moment: datetime) -> date:
    """The day of ``moment`` where the site is."""
    if django_timezone.is_naive(moment):
        return moment.date()
    return moment.astimezone(zone()).date()


def today() -> date:
    """The day that it is where the site is."""
    return day_of(now())


def day_begins(day: date) -> datetime:
    """The first moment of a day where the site is.

    Where clocks are set forward at midnight that is the moment at which they are.
    """
    midnight = datetime.combine(day, time.min)
    if not settings.USE_TZ:
        return midnight
    begins = django_timezone.make_aware(midnight, zone())
    # In UTC, because Python takes no moment for equal to one that a change of clocks leaves out.
    return begins.astimezone(timezone.utc)


def month_begins(moment: datetime) -> datetime:
    """The first moment of the month that ``moment`` lies in, where the site is."""
    return day_begins(day_of(moment).replace(day=1))


def for_the_reader(moment: datetime) -> datetime:
    """``moment`` on the clock of whoever looks (the current time zone)."""
    if django_timezone.is_naive(moment):
        return moment
    return django_timezone.localtime(moment)


def read(text: str) -> datetime | None:
    """A moment that was written with ``isoformat``, as ``now`` makes them; None for nonsense."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or django_timezone.is_naive(found) == settings.USE_TZ:
        return None
    # So far from the ends of the calendar that adding days to it cannot fail.
    return found if 2000 <= found.year < 3000 else None
