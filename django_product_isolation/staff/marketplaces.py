"""What pages say of marketplaces: before ordering what they will not take, then what they do.

No picture is opened, and nothing is asked of the database.
"""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from django_product_isolation import site_clock
from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.host import Target
from django_product_isolation.marketplaces import Judgement, Meets
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import expected, judgements_of

from .order_form import OrderForm

# The last part of the badge's CSS class, its sign, and the words for it.
LOOKS = {
    Meets.YES: ("good", "\N{CHECK MARK}", _("takes the result")),
    Meets.NO: ("asking", "\N{MULTIPLICATION X}", _("does not take the result")),
    Meets.UNKNOWN: ("quiet", "?", _("may take the result: not everything was measured")),
}


@dataclass(frozen=True)
class PlaceBadge:
    """How a result stands with one place, for a template."""

    id: str
    name: str
    tone: str
    sign: str
    words: str
    sentences: list[str]  # what is missing, and what will be


def badges_of(run: IsolationRun) -> list[PlaceBadge]:
    """A badge for each place that the run's result is meant for."""
    return [badge_of(judgement) for judgement in judgements_of(run, site_clock.today())]


def badge_of(judgement: Judgement) -> PlaceBadge:
    tone, sign, words = LOOKS[judgement.meets]
    sentences = [*judgement.missing, *judgement.coming]
    place = judgement.place
    return PlaceBadge(place.id, place.name, tone, sign, str(words), sentences)


def expected_of(target: Target, form: OrderForm) -> list[Judgement]:
    """Which of the chosen places will not take results as the form has them now, and why."""
    ratio, resolution = form["aspect_ratio"].value(), form["resolution"].value()
    if ratio not in AspectRatio.values or resolution not in Resolution.values:
        return []  # the form says so
    ids = [str(one) for one in form["places"].value() or ()]
    return list(
        expected(target, ids, AspectRatio(ratio), Resolution(resolution), site_clock.today())
    )


def told(warnings: list[Judgement]) -> str:
    """What tells these warnings, word by word, from others; "" for none.

    Of the sentences and not of how many there are: another size makes another sentence, and nobody
    has read that one. Read in another language, it is shown once more.
    """
    if not warnings:
        return ""
    text = repr([(one.place.id, one.missing, one.coming) for one in warnings])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
