"""A run as people see it: badge, pictures before and after, links, and what may be decided.

The same card stands on the batch page and on the run's own page. Does no query of its own
beyond the user's permissions, whatever the number of runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import sentence_of

from .decisions import Decision, open_to
from .pictures import LARGE, MEDIUM, run_picture_url
from .sites import admin_of, admin_of_label, change_url

# How a status looks; what it means stands in its label.
TONES = {
    Status.QUEUED: "waiting",
    Status.SUBMITTING: "working",
    Status.PROCESSING: "working",
    Status.COLLECTING: "working",
    Status.READY: "asking",
    Status.HELD: "asking",
    Status.APPLIED: "good",
    Status.RESTORED: "quiet",
    Status.REJECTED: "quiet",
    Status.FAILED: "bad",
    Status.CANCELLED: "quiet",
    Status.SUPERSEDED: "quiet",
}


def badge(status: str, text: str = "") -> SafeString:
    """The status as a coloured word, or another ``text`` in its colour."""
    known = Status(status)
    return format_html(
        '<span class="isolation-badge isolation-{}">{}</span>', TONES[known], text or known.label
    )


def state(status: str, reason: str, text: str = "") -> SafeString:
    """The badge of a status and the sentence of its reason."""
    sentence = sentence_of(reason)
    html = '{} <span class="isolation-sentence">{}</span>' if sentence else "{}"
    return format_html(html, badge(status, text), sentence)


def state_of(run: IsolationRun) -> SafeString:
    """Where a run stands, with the sentence of its reason."""
    return state(run.status, run.reason, words_of(run))


def words_of(run: IsolationRun) -> str:
    """Its status; a ready result either waits for a person or is on its way."""
    if run.status != Status.READY:
        return str(Status(run.status).label)
    return str(_("Ready for review") if run.review else _("Being published"))


@dataclass(frozen=True)
class Card:
    """One run, ready to be drawn."""

    run: IsolationRun
    object_url: str
    run_url: str
    decisions: list[Decision]

    @property
    def state(self) -> SafeString:
        return state_of(self.run)

    @property
    def source_url(self) -> str:
        return run_picture_url(self.run, "source", MEDIUM)

    @property
    def source_large_url(self) -> str:
        return run_picture_url(self.run, "source", LARGE)

    @property
    def result_url(self) -> str:
        return run_picture_url(self.run, "result", MEDIUM)

    @property
    def result_large_url(self) -> str:
        return run_picture_url(self.run, "result", LARGE)

    @property
    def no_result(self) -> str:
        """What stands in the place of a result that is not there."""
        if self.run.is_open:
            return str(_("Not there yet"))
        return str(_("Removed") if self.run.result_sha256 else _("No result"))


def cards(
    request: HttpRequest, runs: Iterable[IsolationRun], site: AdminSite | None = None
) -> list[Card]:
    """The cards of ``runs``, with links into ``site`` where it shows their models."""
    makers: dict[str, CardMaker] = {}
    drawn = []
    for run in runs:
        label = run.batch.model_label
        if label not in makers:
            makers[label] = CardMaker(request, label, site)
        drawn.append(makers[label].card(run))
    return drawn


class CardMaker:
    """What the cards of one model's runs share: looked up once, not for each of 500."""

    def __init__(self, request: HttpRequest, model_label: str, site: AdminSite | None) -> None:
        images = admin_of_label(model_label, site)
        self.images = images if images and images.has_view_permission(request) else None
        self.runs = admin_of(IsolationRun, site)
        self.decisions = open_to(request, model_label)

    def card(self, run: IsolationRun) -> Card:
        return Card(
            run=run,
            object_url=change_url(self.images, run.object_pk) if self.images else "",
            run_url=change_url(self.runs, run.pk) if self.runs else "",
            decisions=[decision for decision in self.decisions if decision.applies(run)],
        )
