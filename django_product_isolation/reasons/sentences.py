"""The sentence for a reason: about no image, about one, or about several at once."""

from collections import Counter
from collections.abc import Sequence

from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .reason import Reason

NAMED = 5  # of several images; the others are counted

SEVERAL = {
    Reason.NO_FILE: _("%(names)s have no image yet. Upload one first."),
    Reason.PLACEHOLDER: _("%(names)s show only the shop's placeholder. Upload photos first."),
    Reason.ALREADY_OPEN: _("%(names)s are being isolated already."),
    Reason.WAITS_FOR_REVIEW: _(
        "%(names)s have results that wait for review. Approve, reject or redo them."
    ),
    Reason.NEEDS_ATTENTION: _(
        "%(names)s are being isolated already, and need attention first: see why, then decide."
    ),
    Reason.ORDERED_ALREADY: _("%(names)s were already ordered again."),
    Reason.SHOWS_ANOTHER: _("%(names)s show other pictures by now. Choose Redo with changes."),
    Reason.OVER_MAX_BATCH: _("%(names)s are too many for one order. Isolate them in the next one."),
    Reason.NOT_SHOWN: _("%(names)s were deleted, or the shop does not show them."),
    Reason.LEFT_OUT: _("%(names)s were left out when the others were started."),
    Reason.NOT_ALLOWED: _("You are not allowed to change %(names)s."),
    Reason.NOT_RECORDABLE: _(
        "%(names)s have file names or keys that are too long. Ask your developer."
    ),
    Reason.BEING_RESTORED: _("%(names)s are getting their originals back at this moment."),
    Reason.BEING_ISOLATED: _(
        "%(names)s are being isolated right now. Stop that first, then restore."
    ),
    Reason.IS_RESTORED: _("%(names)s show their originals again already."),
    Reason.ORIGINAL_REMOVED: _(
        "%(names)s have no originals any more: they were removed on purpose and cannot be restored."
    ),
    Reason.NOT_NAMED: _(
        "Images like those of %(names)s are no longer isolated here. Ask your developer."
    ),
    Reason.NOTHING_TO_RESTORE: _(
        "%(names)s show no isolated images, so there is nothing to restore."
    ),
    Reason.MOVED_ON: _("%(names)s have changed in the meantime. Please check them again."),
    Reason.APPROVED_MEANWHILE: _("%(names)s were approved meanwhile, and are not rejected."),
    Reason.NOT_WAITING: _("%(names)s do not wait for review."),
    Reason.NOT_HELD: _("%(names)s do not need attention, so there is nothing to resume."),
    Reason.NOT_RESTORING: _("%(names)s are not getting their originals back."),
    Reason.NOT_STOPPABLE: _("%(names)s wait for nothing that could be stopped."),
    Reason.NOT_FAILED: _("%(names)s did not fail, so they are not tried again."),
    Reason.NOT_UNUSED: _("%(names)s show their results, or wait for them, so they are not redone."),
}


def sentence_of(reason: str, name: str = "") -> str:
    """The sentence for a stored id, about the image called ``name`` where one is given.

    Returns "" for no id, and the id itself for one of another version of this project.
    """
    if reason not in Reason.values:
        return reason
    label = str(Reason(reason).label)
    if "%(name)s" not in label:
        whole = gettext("%(name)s: %(sentence)s") % {"name": name, "sentence": label}
        return whole if name else label
    if name:
        return label % {"name": name}
    return capfirst(label % {"name": gettext("this product")})


def sentence_about(reason: str, names: Sequence[str]) -> str:
    """One sentence about all images called ``names``, the first few of them by name."""
    if len(names) < 2:
        return sentence_of(reason, *names)
    known = SEVERAL.get(Reason(reason)) if reason in Reason.values else None
    if known:
        return str(known) % {"names": listed(names)}
    return sentence_of(reason, listed(names))


def listed(names: Sequence[str]) -> str:
    """The names as a list in a sentence: "A, B (2 images), C and 190 more"."""
    counts = Counter(names)
    first = list(counts)[:NAMED]
    shown = [in_list(name, counts[name]) for name in first]
    more = len(names) - sum(counts[name] for name in first)
    if more:
        shown.append(ngettext("%(count)d more", "%(count)d more", more) % {"count": more})
    return get_text_list(shown, gettext("and"))


def in_list(name: str, count: int) -> str:
    """The name of a product, of which ``count`` images are meant."""
    if count == 1:
        return name
    return gettext("%(name)s (%(count)d images)") % {"name": name, "count": count}
