"""Words for staff for what could not be compared, and why."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .finding import RULE, titles

WORDS: dict[str, Any] = {
    "everything": gettext_lazy("Nothing was compared."),
    "result": gettext_lazy("The result could not be read."),
    "source": gettext_lazy("Your photo could not be read."),
    "alignment": gettext_lazy("The product was hardly found in your photo."),
    "comparison": gettext_lazy("Colours, text and outline were not compared."),
    "extent": gettext_lazy("Whether the product is complete was compared by its outline only."),
    "evaluation": gettext_lazy("Runflow was to check the result once more, but did not."),
    "product: as white as its background": gettext_lazy(
        "The product is nearly as white as its background."
    ),
    "product: open to its background": gettext_lazy("One sees through much of the product."),
}
MISSING = "missing "


def sentence_for(about: str) -> str:
    """What ``about`` of a finding says, for people; "" for what a rule of the shop's may say."""
    what, _colon, why = about.partition(": ")
    if what.startswith(RULE):
        name = what.removeprefix(RULE)
        failed = _("A check failed: %(title)s. Tell your developer.")
        return failed % {"title": titles().get(name, name)}
    words = WORDS.get(about) or WORDS.get(what)
    if words is None:
        return ""
    if not why.startswith(MISSING):
        return str(words)
    package = why.removeprefix(MISSING)
    return f"{words} " + _("Not installed: %(package)s.") % {"package": package}
