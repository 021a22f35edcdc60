"""Where our own rows are read."""

from typing import TypeVar

from django.db import models, router

M = TypeVar("M", bound=models.Model)


class PrimaryManager(models.Manager[M]):
    """Reads from the database that is written to, whatever a router says of reading.

    A replica may not know yet what was written a moment ago: who holds a run, what is reserved.
    Nor may a cache of rows.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        alias = self._db or router.db_for_write(self.model)
        rows = super().get_queryset().using(alias)
        # Read in order to be written, as Django has it: django-cacheops keeps no copies of such.
        rows._for_write = True  # type: ignore[attr-defined]
        return rows
