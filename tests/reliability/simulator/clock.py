"""One clock for everybody: the processes' wall clocks (each a little wrong), the monotonic one and
the database's.
"""

import datetime as real
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from django_product_isolation.database.clock import DatabaseNow

from .points import Points

BEGINNING = real.datetime(2027, 3, 1, 9, tzinfo=real.timezone.utc)


class Clock:
    """Stands still unless it is moved."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.elapsed = 0.0

    def reset(self) -> None:
        self.elapsed = 0.0

    def true(self) -> real.datetime:
        """The time as the database and Runflow have it."""
        return BEGINNING + real.timedelta(seconds=self.elapsed)

    def now(self) -> real.datetime:
        """The time as the process that asks has it."""
        process = self.points.process
        return self.true() + process.skew if process else self.true()

    def monotonic(self) -> float:
        return 1000.0 + self.elapsed

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds

    def advance_to(self, moment: real.datetime) -> None:
        self.elapsed = max(self.elapsed, (moment - BEGINNING).total_seconds())

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Everything in this process that asks for the time asks us."""
        clock = self

        class Datetime(real.datetime):
            @classmethod
            def now(cls, tz: Any = None) -> real.datetime:
                return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)

        def as_now(now: Any, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
            moment = clock.true() + real.timedelta(seconds=getattr(now, "seconds", 0))
            return "%s", [connection.ops.adapt_datetimefield_value(moment)]

        watches = SimpleNamespace(monotonic=self.monotonic, sleep=self.advance)
        compiled = dict.fromkeys([f"as_{connection.vendor}", "as_sql"], as_now)
        with (
            mock.patch.multiple(Now, create=True, **compiled),
            mock.patch.multiple(DatabaseNow, create=True, **compiled),
            mock.patch.object(timezone, "datetime", Datetime),  # fields hold timezone.now itself
            _replaced(time, watches),
            _replaced(real.datetime, Datetime),
        ):
            yield


@contextmanager
def _replaced(old: Any, new: Any) -> Iterator[None]:
    """``new`` wherever a module of the app has imported ``old``."""
    places = [
        (module, name)
        for module_name, module in list(sys.modules.items())
        if module_name.startswith("django_product_isolation.") and "sandbox" not in module_name
        for name, value in list(vars(module).items())
        if value is old
    ]
    for module, name in places:
        setattr(module, name, new)
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, old)
