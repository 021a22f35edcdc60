"""The filter by state on the host's own image list: says of each image what its badge says."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db import router
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_product_isolation.admin.search import by_keys_if_few
from django_product_isolation.choices import SHOWN_STATUSES, UNFINISHED_STATUSES, Status
from django_product_isolation.host import Target, target_for, targets_of
from django_product_isolation.host.access.policies import valid_keys
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import formatting
from django_product_isolation.workflow.runs_of_rows import (
    began,
    has_ended,
    is_result,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    ImageList = ChangeList
else:
    ImageList = object

HIDDEN = "_isolation_filters"  # on a request: parameters that only our filters read
MANY_RUNS = 2000
WORKING = UNFINISHED_STATUSES - {Status.READY, Status.HELD}

Narrow = Callable[[QuerySet[Any], Target], QuerySet[Any]]


def untouched(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
    idle = without_open_runs(images, target)
    found = idle.filter(~is_result(target, SHOWN_STATUSES), ~has_ended(target))
    return by_keys_if_few(found, images)


def applied(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
    return without_open_runs(images, target).filter(is_result(target, [Status.APPLIED]))


def ended(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
    idle = without_open_runs(images, target)
    found = idle.filter(has_ended(target), ~is_result(target, SHOWN_STATUSES))
    return by_keys_if_few(found, images)


def working(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
    is_being_restored = is_result(target, [Status.RESTORING])
    near = with_runs_in(images, target, [*WORKING, Status.RESTORING])
    return near.filter(began(target, WORKING) | is_being_restored)


def still_open(*statuses: Status) -> Narrow:
    def narrow(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
        return with_runs_in(images, target, statuses).filter(began(target, statuses))

    return narrow


def with_runs_in(
    images: QuerySet[Any], target: Target, statuses: Collection[Status]
) -> QuerySet[Any]:
    """Those of which some run is in one of these statuses, whatever file it began with.

    By key, so that no database looks at all images; all of them where such runs are many.
    """
    keys = keys_with_runs_in(images, target, statuses)
    return images if keys is None else images.filter(pk__in=keys)


def keys_with_runs_in(
    images: QuerySet[Any], target: Target, statuses: Collection[Status]
) -> list[Any] | None:
    """Keys that runs in one of these statuses are about; None where such runs are many."""
    runs = IsolationRun.objects.about(target).filter(status__in=statuses).order_by()
    keys = list(runs.values_list("object_pk", flat=True)[: MANY_RUNS + 1])
    return None if len(keys) > MANY_RUNS else valid_keys(images.model, keys)


def without_open_runs(images: QuerySet[Any], target: Target) -> QuerySet[Any]:
    """Those of whose file no run is on its way."""
    is_open = began(target, UNFINISHED_STATUSES)
    keys = keys_with_runs_in(images, target, UNFINISHED_STATUSES)
    if keys is None:
        return images.filter(~is_open)
    busy = images.filter(is_open, pk__in=keys).order_by().values_list("pk", flat=True)
    return images.exclude(pk__in=list(busy))


# Those that ended without a change are not told apart: that takes the newest run of each image,
# which is seconds of work where there are a million.
CHOICES: dict[str, tuple["_StrPromise", Narrow]] = {
    "none": (_("Not isolated"), untouched),
    "working": (_("In progress"), working),
    "ready": (_("Ready for review"), still_open(Status.READY)),
    "held": (_("Needs attention"), still_open(Status.HELD)),
    "applied": (_("Applied"), applied),
    "ended": (_("Failed, stopped, rejected or restored"), ended),
}


def can_filter(model: type[Model]) -> bool:
    """Whether runs are where images are read, so that one query can speak of both."""
    places = {router.db_for_read(IsolationRun), router.db_for_write(IsolationRun)}
    return router.db_for_read(model) in places


class IsolationFilter(SimpleListFilter):
    """Images by what became of the file they show."""

    title = _("isolation")
    parameter_name = "product_isolation"  # our label, which nothing of the shop's has
    image_field = ""  # of several; "field" is what Django, and themes, call a filter's model field

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "_StrPromise"]]:
        return [(value, label) for value, (label, _narrow) in CHOICES.items()]

    def get_facet_queryset(self, changelist: Any) -> dict[str, int]:
        """No counts, which Django then shows as (-): they would look at every image six times."""
        return {}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in CHOICES:
            return queryset
        found = add_to_page("filter", partial(self.narrowed, queryset), None)
        if found is not None:
            return found
        # Not all of them: what is ticked next is meant to be what was asked for.
        text = gettext("What became of images is not known at the moment: the filter finds none.")
        messages.error(request, text, fail_silently=True)
        return queryset.none()

    def narrowed(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those that were asked for; raises whatever breaks."""
        _label, narrow = CHOICES[str(self.value())]
        return narrow(queryset, target_for(queryset.model, self.image_field))


def filters_for(targets: Sequence[Target]) -> list[type[IsolationFilter]]:
    """A filter for each image field of a list."""
    if len(targets) == 1:
        return [IsolationFilter]
    return [filter_for(target) for target in targets]


def filter_for(target: Target) -> type[IsolationFilter]:
    """The filter for one of several image fields."""
    name = target.field.name
    said = {
        "__module__": __name__,
        "title": formatting.of_field(IsolationFilter.title, target),
        "parameter_name": f"{IsolationFilter.parameter_name}_{name}",
        "image_field": name,
    }
    return type("IsolationFilter", (IsolationFilter,), said)


class FilteredList(ImageList):
    """A list of images that has our filters after its own; the shop's code is told of neither."""

    _left_out: Collection[str] = ()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        with shown(request):
            super().__init__(request, *args, **kwargs)

    def get_filters_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        params = super().get_filters_params(*args, **kwargs)
        return {name: value for name, value in params.items() if name not in self._left_out}

    def get_filters(self, request: HttpRequest) -> Any:
        kinds = filters_for(targets_of(self.model_admin.model))
        names = {kind.parameter_name for kind in kinds}
        chosen = {n: value for n, value in self.get_filters_params().items() if n in names}
        self._left_out = names
        try:
            specs, _has_any, *others, is_filtered = super().get_filters(request)
        finally:
            self._left_out = ()
        ours = [kind(request, {**chosen}, self.model, self.model_admin) for kind in kinds]
        return [*specs, *ours], True, *others, is_filtered or bool(chosen)


@contextmanager
def hidden(request: HttpRequest, names: Iterable[str]) -> Iterator[None]:
    """Keep parameters from a list that the shop makes of its own: Django takes them for fields."""
    ours = {name: request.GET.getlist(name) for name in names if name in request.GET}
    if not ours:
        yield
        return
    setattr(request, HIDDEN, ours)
    others = request.GET.copy()
    for name in ours:
        del others[name]
    request.GET = others  # type: ignore[assignment]
    try:
        yield
    finally:
        request.GET = with_hidden(request)
        delattr(request, HIDDEN)


@contextmanager
def shown(request: HttpRequest) -> Iterator[None]:
    """Give the parameters back for a while that are hidden."""
    others, request.GET = request.GET, with_hidden(request)
    try:
        yield
    finally:
        request.GET = others


def keep_hidden(request: HttpRequest, response: HttpResponse) -> None:
    """Give a redirect from a list to itself the parameters that were hidden from it."""
    ours = getattr(request, HIDDEN, None)
    if not ours or "Location" not in response:
        return
    there = urlsplit(response["Location"])
    if there.netloc not in ("", request.get_host()) or there.path not in ("", request.path):
        return
    query = QueryDict(there.query, mutable=True)
    for name in ours.keys() - query.keys():
        query.setlist(name, ours[name])
    response["Location"] = there._replace(query=query.urlencode()).geturl()


def with_hidden(request: HttpRequest) -> Any:
    """The parameters of a request, those that are hidden among them."""
    ours = getattr(request, HIDDEN, None)
    if not ours:
        return request.GET
    together = request.GET.copy()
    for name, values in ours.items():
        together.setlist(name, values)
    return together
