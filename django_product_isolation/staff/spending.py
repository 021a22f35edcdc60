"""The spending page: what runs cost in a period, by day, user, model and status; and as CSV.

Asks the database only, never Runflow.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any
from weakref import finalize

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation import site_clock
from django_product_isolation.choices import Status
from django_product_isolation.host.access.sites import frame_of, get_admin_site
from django_product_isolation.marketplaces import Judgement
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.spending import report
from django_product_isolation.spending.budgets import budgets
from django_product_isolation.workflow import judgements_of

from . import formatting, permissions, visibility
from . import spending_tables as tables
from .decorators import staff_page

MAX_DAYS = 366
MAX_RUNS = 150_000  # on the page, which adds them up; the CSV file is written line by line
IN_MEMORY = 5_000_000  # bytes of a CSV file; of a larger one the rest is on the temporary disk
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
# Line breaks of every kind, tabs and other controls: no name has one, and each may end a cell.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"  # and their wide and small forms
FORMULA_START = re.compile(rf"(^|;)(?=[^\w;{FORMULA}]*[{FORMULA}])")
COLUMNS = ("day", "person", "model", "product", "status", "runflow id", "cost USD", "marketplaces")


@staff_page(permissions.SPENDING, methods=["GET", "HEAD"])
def spending(request: HttpRequest) -> HttpResponseBase:
    """What was spent in a period, by day, person, model and status; the balance; the budgets."""
    refuse_others(request)
    form = asked_days(request)
    refuse_too_many_runs(form)
    named = request.GET.get("period", "")
    key = named if named in PERIOD_NAMES else THIS_MONTH
    chosen = form.period()
    period = chosen or named_periods()[key]
    return spending_page(request, form, period, "" if chosen else key)


@staff_page(permissions.SPENDING, methods=["GET", "HEAD"])
def export(request: HttpRequest) -> HttpResponseBase:
    """One line for each run of the period, by default this month, as CSV.

    Names the products of those images only that the user may see. The file is whole before the
    view returns: what answers for the shop may know the person, the language and the time zone by
    its middleware alone, which forgets them before the first line is sent.
    Raises BadRequest for days that make no period.
    """
    refuse_others(request)
    form = asked_days(request)
    period = form.period() if form.is_bound else named_periods()[THIS_MONTH]
    if period is None:
        raise BadRequest("No period.")
    file = csv_file(values_of_runs(request, period))
    response = StreamingHttpResponse(file, content_type="text/csv; charset=utf-8")
    finalize(response, file.close)  # also of one that no server sends to its end
    name = f"isolations-{period.first}-{period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def refuse_others(request: HttpRequest) -> None:
    """Raise PermissionDenied for those who may not see what is spent."""
    if not permissions.has_spending_permission(request):
        raise PermissionDenied


def asked_days(request: HttpRequest) -> "DaysForm":
    """The days in the address; unbound when there are none."""
    return DaysForm(request.GET if {"from", "to"} & request.GET.keys() else None)


def refuse_too_many_runs(form: "DaysForm") -> None:
    """Add an error for days with more runs than the page adds up in reasonable time."""
    period = form.period()
    if period and period.has_more_runs_than(MAX_RUNS):
        many = number_format(MAX_RUNS, force_grouping=True)
        sentence = _("More than %(many)s images were isolated in this period. Select fewer days.")
        form.add_error(None, sentence % {"many": many})


class DaysForm(forms.Form):
    """From a day to a day."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["from"] = day_field(gettext_lazy("From"))
        self.fields["to"] = day_field(gettext_lazy("To"))

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and first > last:
            raise forms.ValidationError(_("The first day must not be after the last one."))
        if first and last and (last - first).days >= MAX_DAYS:
            raise forms.ValidationError(_("Select at most one year."))
        return self.cleaned_data

    def period(self) -> report.Period | None:
        """The period that was asked for, None when none was or it makes no sense."""
        if not self.is_valid():
            return None
        return report.Period(self.cleaned_data["from"], self.cleaned_data["to"])


def day_field(label: Any) -> forms.DateField:
    iso = "%Y-%m-%d"  # what browsers send and take, whatever the language
    return forms.DateField(
        label=label,
        input_formats=[iso],
        widget=forms.DateInput(attrs={"type": "date"}, format=iso),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
    )


THIS_MONTH = "this-month"
PERIOD_NAMES = {
    THIS_MONTH: gettext_lazy("This month"),
    "last-month": gettext_lazy("Last month"),
    "last-30-days": gettext_lazy("Last 30 days"),
}


def named_periods() -> dict[str, report.Period]:
    """The named periods, as of today."""
    today = site_clock.today()
    this_month = today.replace(day=1)
    before = this_month - timedelta(days=1)
    firsts_and_lasts = (
        (this_month, today),
        (before.replace(day=1), before),
        (today - timedelta(days=29), today),
    )
    periods = [report.Period(first, last) for first, last in firsts_and_lasts]
    return dict(zip(PERIOD_NAMES, periods, strict=True))


def spending_page(
    request: HttpRequest, form: DaysForm, period: report.Period, key: str
) -> TemplateResponse:
    """The page, in the same few queries for any number of runs; ``key`` names the period."""
    site = get_admin_site(request)
    spent = report.spending(period)
    names = tables.names_of(spent.by_person)
    context = {
        **frame_of(site, request),
        "title": _("Spending"),
        "form": form if form.is_bound else DaysForm(days_of(period)),
        "period": period,
        "periods": period_links(key),
        "export_query": "&".join(f"{name}={day}" for name, day in days_of(period).items()),
        "total": tables.Row("", spent.total),
        "plot": tables.plot(spent, period.days),
        "days": tables.days(spent),
        "tables": [
            (_("By user"), _("User"), tables.people(spent, names)),
            (_("By kind of image"), _("Images"), tables.models(spent)),
            (_("By status"), _("Status"), tables.statuses(spent)),
        ],
        "balance": balance(),
        "gauges": gauges(),
    }
    return TemplateResponse(request, "admin/product_isolation/spending.html", context)


def days_of(period: report.Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def period_links(chosen: str) -> list[dict[str, Any]]:
    """The named periods, and which of them was chosen; two may be the same days."""
    return [
        {"name": name, "key": key, "is_shown": key == chosen} for key, name in PERIOD_NAMES.items()
    ]


def balance() -> dict[str, Any] | None:
    """The credit as it was last read, None when it is not known."""
    known = AccountBalance.known()
    if known is None or known.amount is None:
        return None
    return {"amount": formatting.money(known.amount), "read_at": known.read_at}


def gauges() -> list[tables.Gauge]:
    """The budgets that are set, and how they stand."""
    names = {"day": _("Today's budget"), "month": _("This month's budget")}
    return [tables.gauge(names[name], budget) for name, budget in budgets().items()]


def csv_file(rows: Iterable[Iterable[str]]) -> "SpooledTemporaryFile[str]":
    """A CSV file with these rows below the names of the columns, ready to be read from its start.

    Only a part of a large one is in memory. Whoever asks closes it, as a response does.
    """
    file = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(map(cell, values) for values in rows)
    file.seek(0)
    return file


def values_of_runs(request: HttpRequest, period: report.Period) -> Iterator[Iterable[str]]:
    """What the line of each run says, oldest run first."""
    people = period.batches().values_list("created_by_id", flat=True)
    names = tables.names_of(people.distinct())
    runs = period.runs().order_by("batch__created_at", "pk")
    today = site_clock.today()
    knows_all = visibility.knows_shop(request)
    for some in batched(runs.select_related("batch").iterator(chunk_size=2000), 2000):
        seen = {run.pk for run in some} if knows_all else visibility.seen(request, some)
        for run in some:
            yield (
                site_clock.day_of(run.batch.created_at).isoformat(),
                names.get(run.batch.created_by_id, ""),
                run.batch.model_label,
                run.label if run.pk in seen else "",
                str(Status(run.status).label),
                run.runflow_run_id or "",
                "" if run.cost is None else f"{run.cost:f}",
                "; ".join(map(in_words, judgements_of(run, today))),
            )


def in_words(judgement: Judgement) -> str:
    """How a result stands with a place, in one cell together with others."""
    sentences = " ".join((*judgement.missing, *judgement.coming))
    why = f" ({sentences})" if sentences else ""
    return f"{judgement.place.name}: {judgement.meets.value}{why}"


def batched(runs: Iterator[IsolationRun], size: int) -> Iterator[list[IsolationRun]]:
    """The runs in lists of ``size``, the last one shorter."""
    while some := list(islice(runs, size)):
        yield some


def cell(text: str) -> str:
    """The text on one line, with an apostrophe before what a spreadsheet may take for a formula.

    Spreadsheets split lines at the list separator of their own country, and pass over quotes and
    spaces before a formula.
    """
    return FORMULA_START.sub(r"\1'", CONTROLS.sub(" ", text))
