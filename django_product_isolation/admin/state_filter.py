"""The filter by state on the host's own image list: says of each image what its badge says.

Compares file names, never keys: they are of one type on every database and indexed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter
from django.db import router
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.targets import Target, target_for

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORKING = OPEN_STATUSES - {Status.READY, Status.HELD}
ENDED = frozenset(Status) - OPEN_STATUSES - {Status.APPLIED}


class Files:
    """Conditions on the file that an image points at now."""

    def __init__(self, target: Target) -> None:
        self.file = target.field.name
        self.runs = IsolationRun.objects.filter(batch__model_label=target.label).order_by()

    def sent(self, *statuses: Status) -> Q:
        """It is what a run in one of these statuses began with."""
        names = self.runs.filter(status__in=statuses).values("source_name")
        return Q(**{f"{self.file}__in": names})

    def is_open(self) -> Exists:
        return Exists(self.runs.filter(source_name=OuterRef(self.file), status__in=OPEN_STATUSES))

    def is_result(self) -> Exists:
        return Exists(self.runs.filter(result_name=OuterRef(self.file), status=Status.APPLIED))

    def is_ended(self) -> Exists:
        return Exists(self.runs.filter(source_name=OuterRef(self.file), status__in=ENDED))

    def last_ended(self) -> Subquery:
        """The status of the newest of the ended runs that began with it."""
        ended = self.runs.filter(source_name=OuterRef(self.file), status__in=ENDED)
        return Subquery(ended.order_by("-status_since", "-pk").values("status")[:1])


def untouched(images: QuerySet[Any], files: Files) -> QuerySet[Any]:
    return images.exclude(files.is_open()).exclude(files.is_result()).exclude(files.is_ended())


def applied(images: QuerySet[Any], files: Files) -> QuerySet[Any]:
    names = files.runs.filter(status=Status.APPLIED).values("result_name")
    return images.filter(**{f"{files.file}__in": names}).exclude(files.is_open())


def sent(*statuses: Status) -> Callable[[QuerySet[Any], Files], QuerySet[Any]]:
    return lambda images, files: images.filter(files.sent(*statuses))


def ended(*statuses: Status) -> Callable[[QuerySet[Any], Files], QuerySet[Any]]:
    def narrow(images: QuerySet[Any], files: Files) -> QuerySet[Any]:
        candidates = images.filter(files.sent(*statuses))
        unchanged = candidates.exclude(files.is_open()).exclude(files.is_result())
        last = unchanged.alias(isolation_last_ended=files.last_ended())
        return last.filter(isolation_last_ended__in=statuses)

    return narrow


CHOICES: dict[str, tuple["_StrPromise", Callable[[QuerySet[Any], Files], QuerySet[Any]]]] = {
    "none": (_("Not isolated"), untouched),
    "working": (_("In progress"), sent(*WORKING)),
    "ready": (_("Result ready"), sent(Status.READY)),
    "held": (_("Needs attention"), sent(Status.HELD)),
    "applied": (_("Applied"), applied),
    "failed": (_("Failed"), ended(Status.FAILED)),
    "undone": (_("Restored, turned down or stopped"), ended(*ENDED - {Status.FAILED})),
}


def can_filter(model: type[Model]) -> bool:
    """Whether images and runs are in one database, so that one query can speak of both."""
    return router.db_for_read(model) == router.db_for_read(IsolationRun)


class IsolationFilter(SimpleListFilter):
    """Images by what became of the file they show."""

    title = _("isolation")  # type: ignore[assignment]
    parameter_name = "isolation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "_StrPromise"]]:
        return [(value, label) for value, (label, _narrow) in CHOICES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in CHOICES:
            return queryset
        _label, narrow = CHOICES[str(self.value())]
        return narrow(queryset, Files(target_for(queryset.model)))
