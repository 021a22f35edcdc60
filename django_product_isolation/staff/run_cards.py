"""A run as pages show it: badge, pictures before and after, links, buttons.

The same card is on the batch page, in the review queue and on the run's own page. Takes the
same few queries, whatever the number of runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_product_isolation import workflow
from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import admin_for, change_url, find_model
from django_product_isolation.host.previews import LARGE, MEDIUM
from django_product_isolation.imaging.verdict import Finding
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason, sentence_of
from django_product_isolation.workflow import Quote, quote_of_runs
from django_product_isolation.workflow.evaluation_findings import words_about

from . import formatting, marks, visibility
from .addresses import ANY, batch_page_url
from .decisions import Decision, open_to
from .formatting import numbered
from .marketplaces import PlaceBadge, badges_of
from .pictures import WHICH, Which, run_picture_path, sized, stored_result
from .reorder import may_be_tried_again, newer_runs, shows_another, without_image

# How a status looks: the last part of the badge's CSS class.
TONES = {
    Status.QUEUED: "waiting",
    Status.SUBMITTING: "working",
    Status.PROCESSING: "working",
    Status.COLLECTING: "working",
    Status.READY: "asking",
    Status.HELD: "asking",
    Status.APPLIED: "good",
    Status.RESTORING: "working",
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


def state(status: str, reason: str) -> SafeString:
    """The badge of a status and the sentence of its reason."""
    return with_sentence(badge(status), sentence_of(reason))


def state_of(run: IsolationRun) -> SafeString:
    """The badge of a run and why it waits or ended."""
    return with_sentence(badge(run.status, status_text(run)), why(run))


def with_sentence(shown: SafeString, sentence: str) -> SafeString:
    html = '{} <span class="isolation-sentence">{}</span>' if sentence else "{}"
    return format_html(html, shown, sentence)


def why(run: IsolationRun) -> str:
    """Why the run waits or ended, in words; of one without a result also whether it was charged.

    What failed is not charged, says Runflow (contract, section 5), but the record has the word.
    """
    sentence = sentence_of(run.reason)
    if run.reason not in (Reason.RUN_FAILED, Reason.ARRIVED_LATE):
        return sentence
    said = ""
    if run.cost:
        said = str(_("It was charged all the same."))
    elif run.cost is not None or run.reason == Reason.RUN_FAILED:
        said = str(_("It was not charged."))
    return f"{sentence} {said}".rstrip()


def charged(run: IsolationRun) -> str:
    """What it cost; "" where that is not known."""
    return "" if run.cost is None else formatting.cost(run.cost, is_sandbox=run.batch.is_sandbox)


def status_text(run: IsolationRun) -> str:
    """The status in words; a ready result either waits for a person or is being published."""
    if run.status != Status.READY:
        return str(Status(run.status).label)
    return str(_("Ready for review") if run.review else _("Being published"))


def review_in_words(run: IsolationRun) -> str:
    """Whether a person looks at the result before it is published."""
    if run.batch.review:
        return str(_("yes"))
    is_judged = run.doubt is not None or (run.is_open and get_settings().reviews_doubtful)
    return str(_("if doubtful") if is_judged else _("no"))


@dataclass(frozen=True)
class Card:
    """One run for a template; addresses are made when asked for, as most polls show few cards."""

    run: IsolationRun
    key: str
    name: str
    maker: "CardMaker"
    is_changeable: bool  # by the user, as far as the shop's own rights go
    decisions: list[Decision]
    newer: IsolationRun | None  # of the same image, where this run could be ordered again

    def without_orders(self) -> "Card":
        """The same of a run whose image is gone: there is nothing to isolate again."""
        return replace(self, decisions=[d for d in self.decisions if not d.order])

    def without_retry(self) -> "Card":
        """The same of a run whose image shows another file: nothing is ordered of it unseen."""
        return replace(self, decisions=[d for d in self.decisions if not d.is_priced])

    @property
    def state(self) -> SafeString:
        return state_of(self.run)

    @property
    def sentence(self) -> str:
        """Why the run waits or ended, in words."""
        return why(self.run)

    @cached_property
    def _found(self) -> list[Finding]:
        return workflow.findings_of(self.run)

    @cached_property
    def findings(self) -> list[marks.ShownFinding]:
        """What deserves a closer look in the result."""
        return marks.shown(self.run, self._found)

    @property
    def evaluation(self) -> str:
        """What is known of Runflow's own check, where that is no finding."""
        return words_about(self.run)

    @cached_property
    def source_marks(self) -> marks.Marks | None:
        return marks.marks_of(self.run, self._found, "source")

    @cached_property
    def result_marks(self) -> marks.Marks | None:
        return marks.marks_of(self.run, self._found, "result")

    @property
    def is_marked(self) -> bool:
        """Whether something is marked on one of the pictures."""
        return any(finding.marked for finding in self.findings)

    @property
    def places(self) -> list[PlaceBadge]:
        """How the result stands with the marketplaces that it is meant for."""
        return badges_of(self.run)

    @property
    def object_url(self) -> str:
        images = self.maker.images
        return change_url(images, self.run.object_pk) if images else ""

    @property
    def run_url(self) -> str:
        return self.maker.run_url.replace(ANY, self.key)

    @property
    def buttons(self) -> list[tuple[Decision, str]]:
        """What may be decided, and the words for it."""
        return [(decision, self.maker.texts[decision.name]) for decision in self.decisions]

    @property
    def newer_url(self) -> str:
        return batch_page_url(self.maker.request, self.newer) if self.newer else ""

    @property
    def quote(self) -> Quote:
        """What the button of a priced decision says."""
        return quote_of_runs([self.run])

    @property
    def source(self) -> "PictureAddress | None":
        return self.maker.picture(self, "source", self.run.source_name)

    @property
    def result(self) -> "PictureAddress | None":
        return self.maker.picture(self, "result", stored_result(self.run))

    @property
    def no_result(self) -> str:
        """The text in the place of a result that is not there."""
        if self.run.is_open:
            return str(_("No result yet"))
        return str(_("Removed") if self.run.result_sha256 else _("No result"))


@dataclass(frozen=True)
class PictureAddress:
    """The addresses of one picture's previews."""

    medium: str
    large: str


def cards(
    request: HttpRequest,
    runs: Sequence[IsolationRun],
    site: AdminSite | None = None,
    *,
    are_numbered: bool = False,
) -> list[Card]:
    """The cards of ``runs``, with links into ``site`` where it shows their models.

    ``are_numbered``: those of one product are told apart, in the order of ``runs``.
    """
    makers: dict[str, CardMaker] = {}
    newer, changeable = newer_runs(runs), visibility.changeable(request, runs)
    ended = [run for run in runs if may_be_tried_again(run) and run.pk not in newer]
    gone, replaced = without_image(ended), shows_another(ended)
    labels = [run.label for run in runs]
    found = []
    for run, name in zip(runs, numbered(labels) if are_numbered else labels, strict=True):
        label = run.batch.model_label
        if label not in makers:
            makers[label] = CardMaker(request, label, site)
        card = makers[label].card(run, name, run.pk in changeable, newer.get(run.pk))
        card = card.without_retry() if run.pk in replaced else card
        found.append(card if run.pk not in gone else card.without_orders())
    return found


class CardMaker:
    """What the cards of one model's runs share: looked up once, not for each of 500."""

    def __init__(self, request: HttpRequest, model_label: str, site: AdminSite | None) -> None:
        self.request = request
        self.images = admin_for(request, find_model(model_label), site)
        runs = admin_for(request, IsolationRun, site)
        self.run_url = change_url(runs, ANY) if runs else ""
        self.decisions = open_to(request)
        self.texts = {decision.name: decision.button for decision in self.decisions}
        self.pictures = {which: run_picture_path(ANY, which) for which in WHICH}

    def card(
        self, run: IsolationRun, name: str, is_changeable: bool, newer: IsolationRun | None
    ) -> Card:
        offered = self.decisions if is_changeable else []
        possible = [decision for decision in offered if decision.applies(run)]
        return Card(
            run=run,
            key=str(run.pk),
            name=name,
            maker=self,
            is_changeable=is_changeable,
            decisions=[d for d in possible if not (d.order and newer)],
            newer=newer if any(d.order for d in possible) else None,
        )

    def picture(self, card: Card, which: Which, name: str) -> PictureAddress | None:
        """The addresses of the previews of the file called ``name``; None for no file."""
        if not name:
            return None
        path = self.pictures[which].replace(ANY, card.key)
        return PictureAddress(sized(path, name, MEDIUM), sized(path, name, LARGE))
