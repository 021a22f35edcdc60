"""Which moment a day begins at, where the site is, with and without aware times."""

import re
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone as django_timezone

import django_product_isolation
from django_product_isolation import site_clock

MIDNIGHTS = [
    ("UTC", "2026-03-10", "2026-03-10 00:00+00:00"),
    ("Asia/Tokyo", "2026-03-10", "2026-03-09 15:00+00:00"),
    ("Etc/GMT+12", "2026-03-10", "2026-03-10 12:00+00:00"),
    ("Pacific/Kiritimati", "2026-03-10", "2026-03-09 10:00+00:00"),
    ("Asia/Kathmandu", "2026-03-10", "2026-03-09 18:15+00:00"),
    # Clocks are set forward at midnight: the day begins at one o'clock.
    ("America/Havana", "2026-03-08", "2026-03-08 05:00+00:00"),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00+00:00"),
    ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00+00:00"),
    # Clocks are set back to midnight, which comes twice: the day begins at the first.
    ("America/Havana", "2026-11-01", "2026-11-01 04:00+00:00"),
    # Clocks are set back at midnight: the hour before comes twice.
    ("America/Sao_Paulo", "2018-02-18", "2018-02-18 03:00+00:00"),
    # A day that was left out.
    ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00+00:00"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00+00:00"),
]


@pytest.mark.parametrize(("zone", "day", "begins"), MIDNIGHTS)
@pytest.mark.parametrize("looking_from", ["Pacific/Kiritimati", "Etc/GMT+12", None])
def test_a_day_begins_where_the_site_is_wherever_one_looks_from(
    settings, zone, day, begins, looking_from
):
    settings.USE_TZ, settings.TIME_ZONE = True, zone
    with django_timezone.override(looking_from and ZoneInfo(looking_from)):
        first = site_clock.day_begins(date.fromisoformat(day))
        assert first == datetime.fromisoformat(begins)
        if day != "2011-12-30":  # nobody lived through it
            assert site_clock.day_of(first) == date.fromisoformat(day)
            assert site_clock.day_of(first - timedelta(microseconds=1)) < date.fromisoformat(day)


@pytest.mark.parametrize(("zone", "day", "_begins"), MIDNIGHTS)
def test_naive_days_begin_at_midnight(settings, zone, day, _begins):
    settings.USE_TZ, settings.TIME_ZONE = False, zone
    found = date.fromisoformat(day)
    assert site_clock.day_begins(found) == datetime(found.year, found.month, found.day)
    assert site_clock.day_of(site_clock.day_begins(found)) == found
    assert site_clock.for_the_reader(site_clock.now()).tzinfo is None


@pytest.mark.parametrize("use_tz", [True, False])
def test_a_moment_that_was_written_is_read_again(settings, use_tz):
    settings.USE_TZ = use_tz
    moment = site_clock.now()
    assert django_timezone.is_aware(moment) is use_tz
    assert site_clock.read(moment.isoformat()) == moment
    other = datetime.now(None if use_tz else timezone.utc)
    assert site_clock.read(other.isoformat()) is None


@pytest.mark.parametrize("use_tz", [True, False])
@pytest.mark.parametrize("text", ["", "today", "2026-13-41T00:00Z", "2026-02-30T00:00"])
def test_nonsense_is_no_moment(settings, use_tz, text):
    settings.USE_TZ = use_tz
    assert site_clock.read(text) is None


@pytest.mark.parametrize("year", ["0001", "9999"])
@pytest.mark.parametrize("zone", ["", "Z", "+14:00"])
def test_nor_are_the_ends_of_the_calendar(settings, year, zone):
    settings.USE_TZ = bool(zone)
    assert site_clock.read(f"{year}-01-01T00:00:00{zone}") is None


def test_the_month_is_the_sites(settings):
    settings.USE_TZ, settings.TIME_ZONE = True, "America/New_York"
    late = datetime.fromisoformat("2026-04-01 03:59:59+00:00")
    assert site_clock.month_begins(late) == datetime.fromisoformat("2026-03-01 05:00+00:00")
    early = datetime.fromisoformat("2026-04-01 04:00+00:00")
    assert site_clock.month_begins(early) == early


def test_nobody_else_asks_for_zones_or_awareness():
    root = Path(django_product_isolation.__file__).parent
    asks = re.compile(
        r"\b(localtime|localdate|make_aware|make_naive|is_aware|is_naive|parse_datetime|"
        r"get_current_timezone|get_default_timezone)\b"
    )
    code = [p for p in root.rglob("*.py") if "sandbox" not in p.relative_to(root).parts]
    assert len(code) > 50
    assert [p.relative_to(root).name for p in code if asks.search(p.read_text())] == [
        "site_clock.py"
    ]
