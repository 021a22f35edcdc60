"""When a run next wants attention. All times in seconds; knows the settings, but no models."""

import random
from datetime import datetime, timedelta

from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock

# Give up by ourselves and ask a person so that nothing ends in the dark.
POLL_HORIZON = timedelta(hours=24)
# How far before the request we look in Runflow's list, should its clock be behind ours.
CLOCK_MARGIN = timedelta(hours=1)
# How long a run alone meets trouble that passes by itself, until a person is asked after all.
TROUBLE_HORIZON = timedelta(days=3)
MANY_ATTEMPTS = 500
# How long we ask what became of a run that has ended here. A callback is heard ever after.
SETTLE_HORIZON = timedelta(days=7)
# How often Runflow must have answered that it has no such run, five minutes apart by the database's
# clock. Nothing is given up sooner, be a worker's clock wrong or nobody at work for months.
MIN_LOOKUPS = 4
# How often we must have asked whether it has finished, since the last outage.
MIN_POLLS = 60
MAX_ATTEMPTS = 5
# An image may kill whoever decodes it, or a storage never answer who reads it: after so many
# deaths of one step a person is asked, or the file is not looked at again.
MAX_WORKER_DEATHS = 3
MAX_BACKOFF = 60.0  # what waits for a storage goes on soon after it is back
CALLBACK_GRACE = 45.0  # hardly an image takes less
LONGEST_PAUSE = 900.0  # between two questions


def seconds_from_now(seconds: float) -> datetime:
    """The moment ``seconds`` from now, by the database's clock."""
    return clock.now() + timedelta(seconds=seconds)


def backoff(attempts: int) -> datetime:
    """The moment of the next try: doubling from 2 s up to one minute, with jitter."""
    ceiling = min(2.0 ** min(attempts, 10), MAX_BACKOFF)
    return seconds_from_now(random.uniform(ceiling / 2, ceiling))  # noqa: S311 (spreads load, guards nothing)


def next_poll(since: datetime) -> datetime:
    """The moment to ask again for a run that Runflow has accepted at ``since``.

    Every 2 s at first, growing to 15 s, after five minutes from 1 to 15 minutes. Where a callback
    should come first (contract, section 6, rule 2) not before 45 s, and then each time after twice
    as long: requests are limited, and only a lost callback needs the question.
    """
    waited = (clock.now() - since).total_seconds()
    if get_settings().CALLBACK_BASE_URL is not None:
        return seconds_from_now(min(max(waited, CALLBACK_GRACE), LONGEST_PAUSE))
    low, high = (2.0, 15.0) if waited < 300 else (60.0, LONGEST_PAUSE)
    return seconds_from_now(min(max(waited / 4, low), high))
