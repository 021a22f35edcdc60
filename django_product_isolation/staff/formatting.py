"""How amounts, left-out images and what changed meanwhile are put into the reader's words.

Knows no requests and no rows; what a reason means stands in ``reasons``.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_product_isolation.host import Skipped, Target
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import Changes

# Their sentences go on where the image's name ends; the others stand alone.
ABOUT_THE_IMAGE = frozenset(
    {
        Reason.NO_FILE,
        Reason.ALREADY_OPEN,
        Reason.OVER_MAX_BATCH,
        Reason.NOT_SHOWN,
        Reason.LEFT_OUT,
        Reason.NOT_ALLOWED,
        Reason.NOT_RECORDABLE,
        Reason.NOTHING_TO_RESTORE,
        Reason.BEING_RESTORED,
        Reason.BEING_ISOLATED,
        Reason.IS_RESTORED,
        Reason.ORIGINAL_REMOVED,
        Reason.NOT_NAMED,
    }
)
NAMED_IN_A_MESSAGE = 10


def money(amount: Decimal) -> str:
    """An amount in USD with at least its cents, in the reader's notation."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    number = number_format(amount, places, use_l10n=True, force_grouping=True)
    return _("$%(amount)s") % {"amount": number}


def images(count: int) -> str:
    """How many images, as a phrase: "1 image"."""
    return ngettext("%(count)d image", "%(count)d images", count) % {"count": count}


def only_the_first(count: int) -> str:
    """Said when more was chosen than is done in one go."""
    text = _("Only the first %(count)d were looked at. Choose fewer, or do the same once more.")
    return text % {"count": count}


def explain(name: str, reason: Reason) -> str:
    """A whole sentence about the image called ``name``."""
    if reason in ABOUT_THE_IMAGE:
        return _("%(name)s %(what)s") % {"name": name, "what": reason.label}
    return _("%(name)s: %(sentence)s") % {"name": name, "sentence": reason.label}


def not_allowed(count: int) -> str:
    """A whole sentence about images that the reader may not change."""
    text = ngettext(
        "%(count)d image may not be changed by you.",
        "%(count)d images may not be changed by you.",
        count,
    )
    return text % {"count": count}


def shorten(sentences: Sequence[str]) -> list[str]:
    """The first few, and how many more there are."""
    shown, more = list(sentences[:NAMED_IN_A_MESSAGE]), len(sentences) - NAMED_IN_A_MESSAGE
    if more > 0:
        shown.append(ngettext("and %(count)d more.", "and %(count)d more.", more) % {"count": more})
    return shown


def of_field(text: object, target: Target) -> str:
    """``text`` with the image that it is about, of a model that has several."""
    return _("%(text)s (%(image)s)") % {"text": text, "image": target.field.verbose_name}


def left_out(skipped: Sequence[Skipped]) -> list[str]:
    """A sentence about each image that is left out."""
    return [explain(s.picture.label, s.reason) for s in skipped]


def what_changed(changes: Changes | None) -> list[str]:
    """Why nothing was ordered: what is not as the button said. None: it said nothing readable."""
    if changes is None:
        return [_("This page was out of date, so nothing was ordered. Look at it once more.")]
    sentences = []
    if changes.price:
        sentences.append(_("The price has changed meanwhile."))
    if count := len(changes.more):
        text = ngettext(
            "%(count)d image can be isolated now that could not before.",
            "%(count)d images can be isolated now that could not before.",
            count,
        )
        sentences.append(text % {"count": count})
    if count := len(changes.fewer):
        text = ngettext(
            "%(count)d image that was shown cannot be isolated any more.",
            "%(count)d images that were shown cannot be isolated any more.",
            count,
        )
        sentences.append(text % {"count": count})
    if count := len(changes.uploaded):
        text = ngettext(
            "%(count)d image was uploaded anew meanwhile.",
            "%(count)d images were uploaded anew meanwhile.",
            count,
        )
        sentences.append(text % {"count": count})
    if count := len(changes.ordered):
        text = ngettext(
            "%(count)d image was isolated meanwhile, or somebody decided about it. Isolating it "
            "again costs again.",
            "%(count)d images were isolated meanwhile, or somebody decided about them. Isolating "
            "them again costs again.",
            count,
        )
        sentences.append(text % {"count": count})
    return [*sentences, _("Nothing was ordered. Look at the new total.")]
