"""A run as people see it: badge, pictures before and after, links, and what may be decided.

The same card stands on the batch page, in the review queue and on the run's own page. Takes one
query beyond the user's permissions, whatever the number of runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import sentence_of

from .again import address, newer_runs
from .decisions import Decision, open_to
from .pictures import LARGE, MEDIUM, Which, at_size, run_picture_url
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
    """Where a run stands; a ready result either waits for a person or is on its way."""
    ready = _("Ready for review") if run.review else _("Being published")
    return state(run.status, run.reason, str(ready) if run.status == Status.READY else "")


@dataclass(frozen=True)
class Card:
    """One run, ready to be drawn."""

    run: IsolationRun
    maker: "CardMaker"
    decisions: list[Decision]
    newer: IsolationRun | None  # of the same image, where this run could be ordered again

    @property
    def key(self) -> str:
        return str(self.run.pk)

    def may_differ_from(self, since: datetime) -> bool:
        """Whether the card can have looked different at ``since``."""
        run, newer = self.run, self.newer
        ordered_again = newer is not None and newer.batch.created_at >= since
        return run.is_open or run.due_at is not None or run.status_since >= since or ordered_again

    @property
    def state(self) -> SafeString:
        return state_of(self.run)

    @property
    def sentence(self) -> str:
        """Why the run waits or ended, in words."""
        return sentence_of(self.run.reason)

    @property
    def object_url(self) -> str:
        images = self.maker.images
        return change_url(images, self.run.object_pk) if images else ""

    @property
    def run_url(self) -> str:
        return change_url(self.maker.runs, self.run.pk) if self.maker.runs else ""

    @property
    def newer_url(self) -> str:
        return address(self.newer) if self.newer else ""

    @property
    def price(self) -> str:
        """USD, as a priced decision's POST names it."""
        return str(get_settings().price)

    @property
    def source(self) -> "PictureAddress | None":
        return picture_address(self.run, "source")

    @property
    def result(self) -> "PictureAddress | None":
        return picture_address(self.run, "result")

    @property
    def no_result(self) -> str:
        """What stands in the place of a result that is not there."""
        if self.run.is_open:
            return str(_("Not there yet"))
        return str(_("Removed") if self.run.result_sha256 else _("No result"))


@dataclass(frozen=True)
class PictureAddress:
    """Where a run's picture is served, as small or as large as it is wanted."""

    medium: str
    large: str


def picture_address(run: IsolationRun, which: Which) -> PictureAddress | None:
    """None while there is no such file."""
    medium = run_picture_url(run, which, MEDIUM)
    return PictureAddress(medium, at_size(medium, LARGE)) if medium else None


def cards(
    request: HttpRequest, runs: Sequence[IsolationRun], site: AdminSite | None = None
) -> list[Card]:
    """The cards of ``runs``, with links into ``site`` where it shows their models."""
    makers: dict[str, CardMaker] = {}
    newer = newer_runs(runs)
    drawn = []
    for run in runs:
        label = run.batch.model_label
        if label not in makers:
            makers[label] = CardMaker(request, label, site)
        drawn.append(makers[label].card(run, newer.get(run.pk)))
    return drawn


class CardMaker:
    """What the cards of one model's runs share: looked up once, not for each of 500."""

    def __init__(self, request: HttpRequest, model_label: str, site: AdminSite | None) -> None:
        images = admin_of_label(model_label, site)
        self.images = images if images and images.has_view_permission(request) else None
        self.runs = admin_of(IsolationRun, site)
        self.decisions = open_to(request, model_label)

    def card(self, run: IsolationRun, newer: IsolationRun | None) -> Card:
        possible = [decision for decision in self.decisions if decision.applies(run)]
        return Card(
            run=run,
            maker=self,
            decisions=[d for d in possible if not (d.order and newer)],
            newer=newer if any(d.order for d in possible) else None,
        )
