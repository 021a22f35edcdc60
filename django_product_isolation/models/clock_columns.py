"""The moments of a run's columns, by the clock that all workers share."""

from collections.abc import Mapping
from typing import Any

from django_product_isolation.database import clock

# Columns whose moments all workers must understand alike.
MOMENTS = frozenset({"due_at", "lease_until", "status_since"})


def by_the_database(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same columns, with moments reckoned by the clock that all workers share."""
    return {
        name: clock.at(value) if name in MOMENTS and value is not None else value
        for name, value in changes.items()
    }
