"""The one clock that decides leases and what is due: the database's, which all workers share.

Knows how each database tells the time, and how Django stores it there. Must not know what for.
"""

from contextvars import ContextVar
from datetime import datetime, timedelta
from datetime import timezone as zones
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, Func
from django.utils import timezone

from django_product_isolation import site_clock

# How far the database's clock is ahead of this process's own, as last seen.
_ahead: ContextVar[timedelta] = ContextVar("database_clock_ahead", default=timedelta())


class DatabaseNow(Func):
    """The database's own time, ``seconds`` from now, as a column of ours holds it.

    Unlike Django's ``Now`` it means the same moment whatever the session's time zone is.
    """

    output_field = DateTimeField()

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds

    def as_sql(self, _compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """SQLite, whose workers all stand on one machine: its clock, to the microsecond."""
        now = datetime.now(zones.utc) if settings.USE_TZ else datetime.now()
        moment = now + timedelta(seconds=self.seconds)
        return "%s", [connection.ops.adapt_datetimefield_value(moment)]

    def as_postgresql(self, _compiler: Any, _connection: Any, **_: Any) -> tuple[str, list[Any]]:
        return "(STATEMENT_TIMESTAMP() + make_interval(secs => %s))", [self.seconds]

    def as_mysql(self, _compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        shift = stored_offset(connection) + timedelta(seconds=self.seconds)
        microseconds = round(shift.total_seconds() * 1_000_000)
        return "(UTC_TIMESTAMP(6) + INTERVAL %s MICROSECOND)", [microseconds]


def stored_offset(connection: Any) -> timedelta:
    """How far moments that Django stores without their zone are ahead of UTC."""
    zone = connection.timezone if settings.USE_TZ else site_clock.zone()
    return datetime.now(zone).utcoffset() or timedelta()


def seen(moment: datetime) -> None:
    """Remember that it is ``moment`` by the database's clock."""
    _ahead.set(moment - timezone.now())


def now() -> datetime:
    """The database's time, as near as this thread knows it from the last run that it claimed."""
    return timezone.now() + _ahead.get()


def at(moment: datetime) -> DatabaseNow:
    """``moment``, which was reckoned from ``now()``, for the database to reckon from its own."""
    return DatabaseNow((moment - now()).total_seconds())
