"""Ids and timestamps as Runflow writes them.

Knows formats only; what an id stands for is the caller's business.
"""

import secrets
import threading
import time
import uuid
from datetime import datetime, timezone

_lock = threading.Lock()
_latest = 0


def uuid7() -> str:
    """Return a UUIDv7 (RFC 9562), later than every one this process made before.

    The twelve bits after the version hold the fraction of the millisecond, so that ids sort by
    time of creation; lists and cursors rely on it.
    """
    global _latest
    with _lock:
        stamp = max(time.time_ns() * 4096 // 1_000_000, _latest + 1)
        _latest = stamp
    milliseconds, fraction = divmod(stamp, 4096)
    bits = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def is_uuid(text: str) -> bool:
    """Return whether ``text`` is a UUID in its usual spelling."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def timestamp(moment: float | None = None) -> str:
    """Return a moment (seconds since 1970; now) as records write it: ISO 8601 with ``Z``."""
    seconds = time.time() if moment is None else moment
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def with_offset(instant: str | None) -> str | None:
    """Return the same instant as callbacks write it, with ``+00:00`` (contract, section 2.4)."""
    return instant.replace("Z", "+00:00") if instant else None


def milliseconds_between(start: str, end: str) -> int:
    """Return the milliseconds from one timestamp of ours to another."""
    first, last = (datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (start, end))
    return round((last - first).total_seconds() * 1000)
