"""Lists of any length at the price of short ones: they are counted, and paged, up to a limit.

Knows querysets only.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

MAX_LISTED = 10_000


class BoundedPaginator(AnyPaginator):
    """Counts no further than MAX_LISTED; what comes after is found by searching and filtering."""

    @cached_property
    def is_cut(self) -> bool:
        """Whether there are more rows than are listed."""
        return self._counted > MAX_LISTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, MAX_LISTED)

    @cached_property
    def max_listed(self) -> int:
        return MAX_LISTED

    @cached_property
    def _counted(self) -> int:
        listed: Any = self.object_list
        counted: int = listed.order_by().values("pk")[: MAX_LISTED + 1].count()
        return counted
