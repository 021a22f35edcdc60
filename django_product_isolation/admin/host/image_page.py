"""The panel on an image's own page: state, buttons and history.

One read-only field in a fieldset of its own, after the host's; it is inside the host's form,
so its buttons carry their own addresses, and nothing else in the form is saved.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import AdminForm
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.choices import Status
from django_product_isolation.host import Target
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.host.access.sites import admin_for, change_url, changelist_url
from django_product_isolation.host.previews import SMALL
from django_product_isolation.host.routing import is_elsewhere
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.staff import permissions
from django_product_isolation.staff.addresses import has_pages, page_url
from django_product_isolation.staff.earlier_results import on_earlier_results
from django_product_isolation.staff.event_words import changes_of, verdicts_of
from django_product_isolation.staff.pictures import run_picture_url
from django_product_isolation.staff.run_cards import charged, why

from .badges import Badges
from .mixins import Styled
from .state_column import StateColumn, file_names

if TYPE_CHECKING:
    ImageModelAdmin = ModelAdmin[Any]
else:
    ImageModelAdmin = object

PANEL = "isolation_history"
MAX_RUNS_SHOWN = 20


def controls(
    request: HttpRequest,
    target: Target,
    image: Model,
    run: IsolationRun | None,
    *,
    may_change: bool,
    at: str = "",
) -> dict[str, str]:
    """Badge and buttons of one image for a template; ``run`` says what became of its present file.

    A button that the user may not use, or that would do nothing now, has no address.
    ``may_change`` is the shop's own answer; ``at`` the part of the page to come back to, such as
    ``#images``.
    """
    values = {
        "badge": Badges(request).of(run) if run else "",
        "sentence": why(run) if run else "",
        "pk": target.pk_of(image),
    }
    if image.pk is None or not may_change or is_elsewhere(image):
        return values
    back = urlencode({"back": request.get_full_path() + at})
    ask_for = urlencode({"field": target.field.name, "back": request.get_full_path() + at})
    has_file = bool(getattr(image, target.field.attname))
    is_free = has_file and not target.obstacle and not (run and run.is_open)
    if is_free and permissions.has_any_permission(request, permissions.ISOLATE):
        url = page_url(request, "select", target.label)
        values["isolate_url"] = f"{url}?{ask_for}"
    if (
        run
        and run.status == Status.APPLIED
        and permissions.has_any_permission(request, permissions.RESTORE)
    ):
        url = page_url(request, "restore", run.pk)
        values["restore_url"] = f"{url}?{back}"
    return values


class HistoryPanel(StateColumn):
    """State, buttons and history of one image."""

    short_description = gettext_lazy("State and history")
    name = PANEL

    def content(self, image: Any) -> str:
        runs = self.history(image)
        shown = runs[:MAX_RUNS_SHOWN]
        verdicts, changes = verdicts_of(shown), changes_of(shown)
        earlier = on_earlier_results(shown)
        file = file_names(self.target, [image]).get(self.target.pk_of(image), "")
        may_change = permissions.has_image_permission(self.request, self.target, image)
        run = self.run_of(image)
        context = {
            **controls(self.request, self.target, image, run, may_change=may_change),
            "leads_to_earlier": bool(run and run.pk in earlier),
            "entries": [
                self.entry(
                    run,
                    told_of(run, file, run.pk in earlier),
                    verdicts.get(run.pk, []),
                    changes.get(run.pk),
                )
                for run in shown
            ],
            "older_url": self.older_url(image) if len(runs) > MAX_RUNS_SHOWN else "",
        }
        return render_to_string("admin/product_isolation/image_panel.html", context)

    @cached_property
    def has_pages(self) -> bool:
        return has_pages(self.request)

    def history(self, image: Model) -> Sequence[IsolationRun]:
        if is_elsewhere(image):
            return []
        pk = self.target.pk_of(image)
        runs = IsolationRun.objects.about(self.target).filter(object_pk=pk)
        newest = runs.select_related("batch__created_by").order_by("-batch__created_at", "-pk")
        # Some databases find keys in another case, too.
        return [run for run in newest[: MAX_RUNS_SHOWN + 1] if run.object_pk == pk]

    def entry(
        self,
        run: IsolationRun,
        told: str,
        verdicts: Sequence[str],
        change: RunEvent | None,
    ) -> dict[str, Any]:
        """One line of the history. ``told`` is said for the status, where that would say something
        wrong; ``verdicts`` say how the result came to be published, ``change`` when and by whom
        the image was changed."""
        return {
            "run": run,
            "badge": self.badges.of(run, told),
            "change": change,
            "before": run_picture_url(run, "source", SMALL) if self.has_pages else "",
            "after": run_picture_url(run, "result", SMALL) if self.has_pages else "",
            "charged": charged(run),
            "url": self.run_url(run),
            "verdicts": verdicts,
        }

    def run_url(self, run: IsolationRun) -> str:
        runs = admin_for(self.request, IsolationRun, self.model_admin.admin_site)
        return change_url(runs, run.pk) if runs else ""

    def older_url(self, image: Model) -> str:
        runs = admin_for(self.request, IsolationRun, self.model_admin.admin_site)
        listed = changelist_url(runs) if runs else ""
        return f"{listed}?{urlencode({'q': image.pk})}" if listed else ""


class HistoryPanelMixin(Styled, ImageModelAdmin):
    """Adds the panel to the page of each image of a ModelAdmin of the host's.

    One for each image, where the model has several. ``isolation_panel = False`` leaves it out.
    """

    def isolation_fields(self, request: HttpRequest, obj: Any) -> list[HistoryPanel]:
        """The panels for ``obj``; none where one is added, and for those they are not for."""
        if obj is None or not getattr(self, "isolation_panel", True):
            return []
        may_see = partial(permissions.has_preview_permission, request)
        if not add_to_page(PANEL, may_see, False):
            return []
        return HistoryPanel.for_each_field(self, request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        context = getattr(response, "context_data", None) or {}
        form = context.get("adminform")
        if isinstance(form, AdminForm):
            panels = self.isolation_fields(request, context.get("original"))
            add_fields(form, _("Isolation"), panels)
        return response


def told_of(run: IsolationRun, file: str, is_of_earlier: bool) -> str:
    """What is said of a run whose image shows ``file``, where its status would say something
    wrong; ``is_of_earlier``: it isolated the result of an earlier run."""
    if run.status == Status.APPLIED and run.result_name != file:
        return _("Applied, not shown any more")
    if run.status == Status.RESTORED and is_of_earlier:
        return _("Earlier result restored")
    return ""


def add_fields(drawn: Any, title: Any, names: Sequence[Any]) -> None:
    """Have a form or formset of Django's admin draw read-only fields in a fieldset of their own.

    The shop's own code is done with it by then, and asks none of its rows for our names.
    """
    if names:
        added = (title, {"fields": list(names)})
        drawn.fieldsets = [*drawn.fieldsets, added]
        drawn.readonly_fields = [*drawn.readonly_fields, *names]
