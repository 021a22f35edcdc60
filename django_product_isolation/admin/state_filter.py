"""The filter by state on the host's own image list: says of each image what its badge says.

Compares file names, never keys: they are of one type on every database and indexed.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.db import router
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import (
    OPEN_STATUSES,
    SHOWN_STATUSES,
    UNFINISHED_STATUSES,
    Status,
)
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun

from .searching import by_keys_if_few

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORKING = UNFINISHED_STATUSES - {Status.READY, Status.HELD}

Narrow = Callable[[QuerySet[Any], str], QuerySet[Any]]


def sent(field: str, statuses: Iterable[Status]) -> Q:
    """A run in one of these statuses, of which there are few, began with the image's file."""
    runs = IsolationRun.objects.filter(status__in=statuses).order_by()
    return Q(**{f"{field}__in": runs.values("source_name")})


def has_ended(field: str) -> Exists:
    """Looked up for each image: most runs have ended.

    Said by what they are not, which takes one look into the index for each image, not one for each
    status.
    """
    others = OPEN_STATUSES | {Status.APPLIED}
    runs = IsolationRun.objects.filter(source_name=OuterRef(field))
    return Exists(runs.exclude(status__in=others))


def is_result(field: str, statuses: Iterable[Status]) -> Exists:
    runs = IsolationRun.objects.filter(result_name=OuterRef(field), status__in=statuses)
    return Exists(runs)


def is_being_restored(field: str) -> Q:
    """The result of a run that is being put back, of which there are few."""
    runs = IsolationRun.objects.filter(status=Status.RESTORING).order_by()
    return Q(**{f"{field}__in": runs.values("result_name")})


def untouched(images: QuerySet[Any], field: str) -> QuerySet[Any]:
    found = images.filter(
        ~sent(field, UNFINISHED_STATUSES), ~is_result(field, SHOWN_STATUSES), ~has_ended(field)
    )
    return by_keys_if_few(found, images)


def applied(images: QuerySet[Any], field: str) -> QuerySet[Any]:
    return images.filter(~sent(field, UNFINISHED_STATUSES), is_result(field, [Status.APPLIED]))


def ended(images: QuerySet[Any], field: str) -> QuerySet[Any]:
    found = images.filter(
        ~sent(field, UNFINISHED_STATUSES), ~is_result(field, SHOWN_STATUSES), has_ended(field)
    )
    return by_keys_if_few(found, images)


def working(images: QuerySet[Any], field: str) -> QuerySet[Any]:
    return images.filter(sent(field, WORKING) | is_being_restored(field))


def still_open(*statuses: Status) -> Narrow:
    return lambda images, field: images.filter(sent(field, statuses))


# Those that ended without a change are not told apart: that takes the newest run of each image,
# which is seconds of work where there are a million.
CHOICES: dict[str, tuple["_StrPromise", Narrow]] = {
    "none": (_("Not isolated"), untouched),
    "working": (_("In progress"), working),
    "ready": (_("Result ready"), still_open(Status.READY)),
    "held": (_("Needs attention"), still_open(Status.HELD)),
    "applied": (_("Applied"), applied),
    "ended": (_("Failed, stopped, rejected or restored"), ended),
}


def can_filter(model: type[Model]) -> bool:
    """Whether images and runs are in one database, so that one query can speak of both."""
    return router.db_for_read(model) == router.db_for_read(IsolationRun)


class IsolationFilter(SimpleListFilter):
    """Images by what became of the file they show."""

    title = _("isolation")
    parameter_name = "isolation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "_StrPromise"]]:
        return [(value, label) for value, (label, _narrow) in CHOICES.items()]

    def get_facet_queryset(self, changelist: Any) -> dict[str, int]:
        """No counts, which Django then shows as (-): they would look at every image six times."""
        return {}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in CHOICES:
            return queryset
        _label, narrow = CHOICES[str(self.value())]
        return narrow(queryset, target_for(queryset.model).field.name)
