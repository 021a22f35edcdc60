"""The state of the host's images on the host's own list: a column and a filter for it.

The state belongs to the file that an image shows now. One query for a page of images, whatever
their number; nothing is written on the host's rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.choices import SHOWN_STATUSES, Status
from django_product_isolation.host import Target, all_rows, target_for, targets_of
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.host.routing import is_elsewhere
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import formatting, permissions
from django_product_isolation.staff.run_cards import badge, status_text

from .badges import Badges
from .mixins import (
    COLUMN,
    Styled,
    as_given,
    is_hosts_own,
    left_alone_if_it_breaks,
    with_mixin,
)
from .state_filter import FilteredList, can_filter, filters_for, hidden, keep_hidden, shown

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from typing_extensions import Self

    ImageModelAdmin = ModelAdmin[Any]
else:
    ImageModelAdmin = object

LISTED_BY = "_isolation_listed_by"  # on a request: whose view adds the columns when it is done
# What badge, sentence and buttons need of a run's thirty columns.
TOLD = (
    "batch",
    "object_pk",
    "source_name",
    "result_name",
    "status",
    "status_since",
    "reason",
    "review",
)


def current_runs(target: Target, images: Iterable[Model]) -> dict[str, IsolationRun]:
    """The run that says what became of each image's present file, by the image's key.

    An open run goes before the one whose result is shown, that one before ended ones, of which
    the newest counts. One query, and one more when the image fields were not read or not saved.
    """
    names = file_names(target, [image for image in images if not is_elsewhere(image)])
    files = set(names.values()) - {""}
    if not files:
        return {}
    about = Q(source_name__in=files) & ~Q(status__in=SHOWN_STATUSES)
    resulted_in = Q(result_name__in=files, status__in=SHOWN_STATUSES)
    runs = IsolationRun.objects.only(*TOLD)
    candidates = runs.filter(about | resulted_in, object_pk__in=names).order_by()
    found: dict[str, IsolationRun] = {}
    for run in sorted(candidates.about(target), key=precedence):
        name = run.result_name if run.status in SHOWN_STATUSES else run.source_name
        # Some collations give keys and names that are merely alike.
        if names.get(run.object_pk) == name:
            found[run.object_pk] = run
    return found


def precedence(run: IsolationRun) -> tuple[Any, ...]:
    """Sorts the run last that counts for an image."""
    return run.is_open, run.status == Status.APPLIED, run.status_since, run.pk


def file_names(target: Target, images: Iterable[Model]) -> dict[str, str]:
    """The file that each saved image points at in the database, by the image's key."""
    names: dict[str, str] = {}
    unknown = []
    for image in images:
        file = image.__dict__.get(target.field.attname)
        pk = target.pk_of(image)
        if not pk:
            continue
        if target.field.attname in image.get_deferred_fields() or not is_saved(file):
            unknown.append(pk)
        else:
            names[pk] = str(file or "")
    if unknown:
        rows = all_rows(target.model).filter(pk__in=unknown)
        names |= {str(pk): name or "" for pk, name in rows.values_list("pk", target.field.attname)}
    return names


def is_saved(file: Any) -> bool:
    """False for an upload in a form that is shown again with its errors."""
    return bool(getattr(file, "_committed", True))


class RequestColumn(str):
    """The name of a column or read-only field that also makes its content, for one request.

    Django takes the name of a method, which is not told the request, or a callable, which code of
    hosts that expects names cannot read. This is both.
    """

    short_description: "_StrPromise | str"
    name = ""
    is_broken = False  # the other rows of the page need not try

    def __new__(cls, name: str, *_args: Any) -> "Self":
        return super().__new__(cls, name)

    def __init__(self, name: str, model_admin: Any, request: HttpRequest) -> None:
        self.__name__ = name
        self.model_admin = model_admin
        self.request = request

    def __call__(self, image: Any) -> str:
        """The content for one of the host's images, or that it is not known."""
        if not self.is_broken:
            content = add_to_page(self.name, partial(self.content, image), None)
            if content is not None:
                return content
            self.is_broken = True
        return _("Not known at the moment")

    def content(self, image: Any) -> str:
        """The same; raises whatever breaks."""
        raise NotImplementedError


class StateColumn(RequestColumn):
    """The badge of each image of a page."""

    short_description: "_StrPromise | str" = gettext_lazy("Isolation")
    name = COLUMN
    images: Iterable[Model] = ()  # of the page; their runs are looked up together

    def __init__(
        self, name: str, model_admin: Any, request: HttpRequest, target: Target | None = None
    ) -> None:
        super().__init__(name, model_admin, request)
        # Of the list's own model: its rows may be of classes that derive from it.
        self.target = target or target_for(model_admin.model)
        self._runs: dict[str, IsolationRun | None] = {}

    @cached_property
    def badges(self) -> Badges:
        return Badges(self.request)

    @classmethod
    def for_each_field(cls, model_admin: Any, request: HttpRequest) -> "list[Self]":
        """A column for each image of the list's model; the only one has the plain name.

        None where that breaks.
        """
        return add_to_page(cls.name, partial(cls._for_each_field, model_admin, request), [])

    @classmethod
    def _for_each_field(cls, model_admin: Any, request: HttpRequest) -> "list[Self]":
        targets = targets_of(model_admin.model)
        name = f"product_{cls.name}" if is_hosts_own(cls.name, model_admin) else cls.name
        if len(targets) == 1:
            return [cls(name, model_admin, request, targets[0])]
        columns = [
            cls(f"{name}_{target.field.name}", model_admin, request, target) for target in targets
        ]
        for column in columns:
            column.short_description = formatting.of_field(cls.short_description, column.target)
        return columns

    def run_of(self, image: Model) -> IsolationRun | None:
        """The run that says what became of the image's present file."""
        key_of = self.target.pk_of
        if key_of(image) not in self._runs:
            together = [image] if self._runs else [*self.images, image]
            found = current_runs(self.target, together)
            self._runs |= {key: found.get(key) for key in map(key_of, together)}
        return self._runs[key_of(image)]

    def content(self, image: Any) -> str:
        run = self.run_of(image)
        return self.badges.of(run) if run else ""


class StateColumnMixin(Styled, ImageModelAdmin):
    """Adds the state column and its filter to the list of a ModelAdmin of the host's images.

    A host that names ``isolation_state`` in its own ``list_display`` chooses the column's place;
    ``isolation_column = False`` leaves column and filter out.
    """

    def isolation_state(self, image: Any) -> str:
        """The badge without a link, for wherever else the host puts it."""
        return add_to_page(COLUMN, partial(plain_badges, self.model, image), "")

    isolation_state.short_description = StateColumn.short_description  # type: ignore[attr-defined]

    def shows_isolation(self, request: HttpRequest) -> bool:
        """Whether column and filter are there, for this user."""
        if not getattr(self, "isolation_column", True):
            return False
        return add_to_page(COLUMN, partial(permissions.has_preview_permission, request), False)

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        if isinstance(columns, Iterator):  # may be read once only
            columns = list(columns)
        if not columns or COLUMN not in columns or is_hosts_own(COLUMN, self):
            return columns
        ours = StateColumn.for_each_field(self, request) if self.shows_isolation(request) else []
        place = list(columns).index(COLUMN)
        return as_given(columns, [*columns[:place], *ours, *columns[place + 1 :]])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        given: Any = super().get_changelist(request, **kwargs)
        if self.filters_isolation(request):
            with left_alone_if_it_breaks(self):
                return with_mixin(given, FilteredList)
        return given

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        # What is in a URLconf already is the host's own view, which does not come by ours.
        if getattr(request, LISTED_BY, None) is not self:
            self.add_isolation_columns(request, changelist)
        return changelist

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        setattr(request, LISTED_BY, self)
        filters = filters_for(targets_of(self.model)) if self.filters_isolation(request) else []
        with hidden(request, [one.parameter_name for one in filters]):
            response: HttpResponse = super().changelist_view(request, *args, **kwargs)
            keep_hidden(request, response)
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if isinstance(changelist, ChangeList):
            self.add_isolation_columns(request, changelist)
        return response

    def add_isolation_columns(self, request: HttpRequest, changelist: ChangeList) -> None:
        """Have a list draw our columns, which the host's own code is best done with by then."""
        if self.shows_isolation(request):
            add_columns(changelist, StateColumn.for_each_field(self, request))

    def get_preserved_filters(self, request: HttpRequest) -> str:
        with shown(request):
            filters: str = super().get_preserved_filters(request)
        return filters

    def filters_isolation(self, request: HttpRequest) -> bool:
        shown = self.shows_isolation(request)
        return shown and add_to_page("filter", partial(can_filter, self.model), False)


def plain_badges(model: type[Model], image: Model) -> SafeString:
    """What became of each of an image's files."""
    found = []
    for target in targets_of(model):
        if run := current_runs(target, [image]).get(target.pk_of(image)):
            found.append(badge(run.status, status_text(run)))
    return format_html_join(" ", "{}", ((one,) for one in found))


def add_columns(changelist: ChangeList, ours: "Sequence[StateColumn]") -> None:
    """Have a list draw our columns too, after the shop's own code has made it.

    Where the shop gave them a place they are there; a list without columns stays without.
    """
    columns = changelist.list_display
    placed = [column for column in columns if isinstance(column, StateColumn)]
    if not placed and {*columns} - {"action_checkbox"}:
        changelist.list_display = as_given(columns, [*columns, *ours])
    for column in placed or ours:
        column.images = changelist.result_list
