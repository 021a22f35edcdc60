"""The record of runs: a read-only list and page, with the decisions that people may take.

History cannot be edited, added or deleted here; what changes a run are the workflow's verbs.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from django_product_isolation import site_clock
from django_product_isolation.host.previews import SMALL
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import sentence_of
from django_product_isolation.staff import formatting, permissions, visibility
from django_product_isolation.staff.addresses import page_url
from django_product_isolation.staff.deciding import decide, read_decision
from django_product_isolation.staff.decisions import DECISIONS, Decision
from django_product_isolation.staff.decorators import ReadableAdmin, readable
from django_product_isolation.staff.event_words import detail_of
from django_product_isolation.staff.finding_counts import are_compared
from django_product_isolation.staff.pictures import run_picture_url
from django_product_isolation.staff.run_cards import (
    cards,
    charged,
    review_in_words,
    state,
    state_of,
)

from .finding_filter import FindingFilter, known_count
from .records import MAX_LISTED, BoundedPaginator, ReadOnly, StartedFilter, thumb
from .search import by_keys_if_few, names_searched_since, of_exactly, search_all, started_since

if TYPE_CHECKING:
    RunModelAdmin = admin.ModelAdmin[IsolationRun]
    EventTabularInline = admin.TabularInline[RunEvent, IsolationRun]
else:
    RunModelAdmin = admin.ModelAdmin
    EventTabularInline = admin.TabularInline

# Most decisions change run by run within the request, so that more would take too long.
MAX_AT_ONCE = 500
NOTHING = "\N{EN DASH}"


def as_action(decision: Decision) -> Callable[..., None]:
    """The decision as an action of the run list."""

    @admin.action(permissions=[decision.codename], description=decision.label)
    def decide_about_runs(
        model_admin: RunModelAdmin, request: HttpRequest, queryset: QuerySet[IsolationRun]
    ) -> None:
        runs = list(queryset.select_related("batch__created_by")[: MAX_AT_ONCE + 1])
        decide(request, decision, runs[:MAX_AT_ONCE])
        if len(runs) > MAX_AT_ONCE:
            messages.warning(request, formatting.only_the_first(MAX_AT_ONCE))

    decide_about_runs.__name__ = f"{decision.name}_runs"
    action: Callable[..., None] = decide_about_runs
    return action


class EventInline(ReadOnly, EventTabularInline):
    """What happened to a run, oldest first."""

    model = RunEvent
    fields = ("when", "what", "actor", "told")
    readonly_fields = fields
    extra = 0
    ordering = ("at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RunEvent]:
        return super().get_queryset(request).select_related("actor")

    @admin.display(description=_("when"))
    def when(self, event: RunEvent) -> str:
        at = site_clock.for_the_reader(event.at)
        return f"{date_format(at)} {at:%H:%M:%S}"

    @admin.display(description=_("what"))
    def what(self, event: RunEvent) -> str:
        if event.kind == RunEvent.Kind.STATUS and event.status:
            return state(event.status, event.reason)
        sentence = sentence_of(event.reason)
        return format_html(
            '{} <span class="isolation-sentence">{}</span>', event.get_kind_display(), sentence
        )

    @admin.display(description=_("detail"))
    def told(self, event: RunEvent) -> str:
        return detail_of(event)


@admin.register(IsolationRun)
class RunAdmin(ReadOnly, ReadableAdmin, RunModelAdmin):
    """Finds a run by its image, its Runflow id, its status or its date."""

    list_display = ("label", "pictures", "state", "started", "by", "charged")
    list_filter = ("status", FindingFilter, ("batch__created_at", StartedFilter))
    list_select_related = ("batch__created_by",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count whole tables
    sortable_by = ("started",)  # anything else would sort all that ever were
    search_fields = ("label",)  # and ids, see get_search_results
    search_help_text = _("The product's name, Runflow's id of the run, or the image's key.")
    ordering = ("-batch__created_at",)
    # Ordering again shows its price or another page first: that is offered on the run's own page.
    actions = tuple(as_action(d) for d in DECISIONS.values() if not d.order)
    inlines = (EventInline,)
    change_form_template = "admin/product_isolation/run.html"
    change_list_template = "admin/product_isolation/run_list.html"
    fieldsets = (
        (None, {"fields": ("state", "status_since", "started", "by")}),
        (
            _("Settings"),
            {"fields": ("asked_prompt", "aspect_ratio", "resolution", "review_first", "charged")},
        ),
        (
            _("Technical details"),
            {
                "fields": (
                    "reason_id",
                    "id",
                    "runflow_run_id",
                    "called_back_at",
                    "object_pk",
                    "source_name",
                    "result_name",
                )
            },
        ),
    )
    readonly_fields = tuple(flatten_fieldsets(fieldsets))

    def has_isolate_image_permission(self, request: HttpRequest) -> bool:
        return permissions.has_any_permission(request, permissions.ISOLATE)

    def has_review_result_permission(self, request: HttpRequest) -> bool:
        return permissions.has_any_permission(request, permissions.REVIEW)

    def has_restore_image_permission(self, request: HttpRequest) -> bool:
        return permissions.has_any_permission(request, permissions.RESTORE)

    @admin.display(description=_("before and after"))
    def pictures(self, run: IsolationRun) -> str:
        return format_html(
            '<span class="isolation-thumbs">{}{}</span>',
            thumb(run_picture_url(run, "source", SMALL), _("Before")),
            thumb(run_picture_url(run, "result", SMALL), _("After")),
        )

    @admin.display(description=_("status"))
    def state(self, run: IsolationRun) -> str:
        return state_of(run)

    @admin.display(description=_("reason id"))
    def reason_id(self, run: IsolationRun) -> str:
        return run.reason or NOTHING

    @admin.display(description=_("started"), ordering="batch__created_at")
    def started(self, run: IsolationRun) -> str:
        return date_format(site_clock.for_the_reader(run.batch.created_at), "DATETIME_FORMAT")

    @admin.display(description=_("by"))
    def by(self, run: IsolationRun) -> str:
        return str(run.batch.created_by or NOTHING)

    @admin.display(description=_("What to isolate"))
    def asked_prompt(self, run: IsolationRun) -> str:
        return run.prompt or str(_("none: the model chose"))

    @admin.display(description=_("shape"))
    def aspect_ratio(self, run: IsolationRun) -> str:
        return run.batch.get_aspect_ratio_display()

    @admin.display(description=_("size"))
    def resolution(self, run: IsolationRun) -> str:
        return run.batch.get_resolution_display()

    @admin.display(description=_("review first"))
    def review_first(self, run: IsolationRun) -> str:
        return review_in_words(run)

    @admin.display(description=_("charged"))
    def charged(self, run: IsolationRun) -> str:
        return charged(run) or NOTHING

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[IsolationRun], search_term: str
    ) -> tuple[QuerySet[IsolationRun], bool]:
        """Runs of exactly that id or image; where there are none, those of that name."""
        if not search_term:
            return queryset, False
        exact = of_exactly(queryset, search_term)
        if exact is not None:
            return exact, False
        if since := names_searched_since(request):
            queryset = queryset.filter(started_since(since))
        named, may_repeat = super().get_search_results(request, queryset, search_term)
        return by_keys_if_few(named, queryset), may_repeat

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *rest: Any, **more: Any
    ) -> BoundedPaginator:
        """Told how many there are where that is known without looking at the list."""
        paginator = BoundedPaginator(queryset, per_page, *rest, **more)
        known = known_count(request, MAX_LISTED + 1)
        if known is not None:
            paginator.counted = known
        return paginator

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say where names were not searched in all runs there are."""
        context = {
            "are_compared": are_compared(),
            "searched_since": names_searched_since(request),
            "search_all": search_all(request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        decide_view = self.admin_site.admin_view(readable(self.decide_view))
        name = "product_isolation_isolationrun_decide"
        return [path("<path:object_id>/decide/", decide_view, name=name), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: IsolationRun | None = None,
    ) -> HttpResponse:
        """Add the card, with its pictures and buttons, to Django's page."""
        if obj is not None:
            (context["card"],) = cards(request, [obj], self.admin_site)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Trying again makes a transaction of its own, which waits for others and may be repeated.
    @method_decorator([transaction.non_atomic_requests, require_POST])
    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Carry out a decision about one run, posted as ``decide=name``."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        decision, _about = read_decision(request)
        run = self.get_object(request, unquote(object_id))
        if run is None:
            raise Http404
        onward = decide(request, decision, [run])
        if onward:
            url = onward
        elif decision.is_watched:  # the batch page is where to watch how
            url = page_url(request, "progress", run.batch_id)
        else:
            url = reverse(
                "admin:product_isolation_isolationrun_change",
                args=[run.pk],
                current_app=self.admin_site.name,
            )
        return HttpResponseRedirect(url)

    def get_queryset(self, request: HttpRequest) -> QuerySet[IsolationRun]:
        """Runs of images that the user may see."""
        runs = super().get_queryset(request).select_related("batch__created_by")
        return visibility.narrow(request, cast("RunQuerySet", runs))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> IsolationRun | None:
        """One run, of an image that the shop's own admin shows the user.

        Also where no list names them: runs of one's own whose image or whose kind is gone.
        """
        runs = super().get_queryset(request).select_related("batch__created_by")
        try:
            run = runs.filter(**{from_field or "pk": object_id}).first()
        except (ValidationError, ValueError):
            return None
        return run if run and visibility.is_seen(request, run) else None
