"""Texts of our pages with amounts and counts in them, in the reader's language and notation.

Knows no requests and no rows. The sentences of reasons are in ``reasons``.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from django_product_isolation.conf import get_settings
from django_product_isolation.host import Target
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.workflow import Changes


def money(amount: Decimal) -> str:
    """An amount in USD with at least its cents, in the reader's notation."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    number = number_format(amount, places, use_l10n=True, force_grouping=True)
    return _("$%(amount)s") % {"amount": number}


def cost(amount: Decimal, *, is_sandbox: bool) -> str:
    """What an order costs, or came to; once the shop is live it says where that was no money."""
    if is_sandbox and not get_settings().is_sandbox:
        return _("%(amount)s (sandbox)") % {"amount": money(amount)}
    return money(amount)


def images(count: int) -> str:
    """How many images, as a phrase: "1 image"."""
    text = ngettext("%(count)s image", "%(count)s images", count)
    return text % {"count": number_format(count, use_l10n=True, force_grouping=True)}


def numbered(names: Sequence[str]) -> list[str]:
    """The names, those that come several times with a number."""
    several = {name for name, n in Counter(names).items() if n > 1}
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        words = {"name": name, "n": seen[name]}
        found.append(_("%(name)s, image %(n)d") % words if name in several else name)
    return found


def model_name(label: str) -> str:
    """What the shop calls images of that model; the label of a model that is gone."""
    model = find_model(label)
    return str(capfirst(model._meta.verbose_name_plural)) if model else label


def only_the_first(count: int) -> str:
    """For a message: more was selected than one action processes."""
    text = _("Only the first %(count)d were processed. Select fewer, or repeat the action.")
    return text % {"count": count}


def not_allowed(count: int) -> str:
    """A whole sentence about images that the reader may not change."""
    text = ngettext(
        "You are not allowed to change %(count)d image.",
        "You are not allowed to change %(count)d images.",
        count,
    )
    return text % {"count": count}


def of_field(text: object, target: Target) -> str:
    """``text`` with the image that it is about, of a model that has several."""
    return _("%(text)s (%(image)s)") % {"text": text, "image": target.field.verbose_name}


CHANGES = {
    "more": ngettext_lazy(
        "%(count)d image can be isolated now that could not before.",
        "%(count)d images can be isolated now that could not before.",
        "count",
    ),
    "fewer": ngettext_lazy(
        "%(count)d image that was shown cannot be isolated any more.",
        "%(count)d images that were shown cannot be isolated any more.",
        "count",
    ),
    "uploaded": ngettext_lazy(
        "%(count)d image was replaced by a new upload.",
        "%(count)d images were replaced by new uploads.",
        "count",
    ),
    "renamed": ngettext_lazy(
        "The product of %(count)d image was renamed. The wording may have its name.",
        "The products of %(count)d images were renamed. The wordings may have their names.",
        "count",
    ),
    "ordered": ngettext_lazy(
        "%(count)d image was isolated or reviewed in the meantime. Isolating it again costs again.",
        "%(count)d images were isolated or reviewed in the meantime. Isolating them again costs "
        "again.",
        "count",
    ),
}


def what_changed(changes: Changes | None) -> list[str]:
    """Why nothing was ordered: what is not as the button said. None: it said nothing readable."""
    if changes is None:
        return [_("This page was out of date, so nothing was ordered. Please check it again.")]
    price = [_("The price has changed.")] if changes.price else []
    counts = {kind: len(getattr(changes, kind)) for kind in CHANGES}
    images = [str(CHANGES[kind] % {"count": count}) for kind, count in counts.items() if count]
    return [*price, *images, _("Nothing was ordered. Please check the new total.")]
