"""The kinds of rules: how each is checked against facts, and the words for what is missing.

Facts are ``format`` (JPEG, PNG, WEBP), ``width`` and ``height`` (pixels), ``bytes``,
``source_type`` (IPTC's term, "" for none), ``fill`` (of the frame, the product's longer side),
``ground`` (levels of 255 that the ground is below white at its worst). A check of a fact that is
not there raises KeyError: it could not be checked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

Facts: TypeAlias = Mapping[str, Any]
NEAR = 0.01  # of a ratio: sizes are whole pixels
FORMAT_NAMES = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "GIF": "GIF", "TIFF": "TIFF"}


@dataclass(frozen=True)
class Kind:
    """``has`` reads the fact, ``is_met`` compares it; ``sentence`` has ``has`` and ``wanted``."""

    sentence: Any  # lazy: in the language that is active when it is shown
    has: Callable[[Facts], Any]
    is_met: Callable[[Any, Any], bool]
    shown: Callable[[Any], str] = str

    def words(self, facts: Facts, wanted: Any) -> str:
        """What is missing, as a sentence for staff."""
        return str(self.sentence) % {
            "has": self.shown(self.has(facts)),
            "wanted": self.shown(wanted),
        }


def long_side(facts: Facts) -> int:
    return int(max(facts["width"], facts["height"]))


def short_side(facts: Facts) -> int:
    return int(min(facts["width"], facts["height"]))


def at_least(has: Any, wanted: Any) -> bool:
    return bool(has >= wanted)


def at_most(has: Any, wanted: Any) -> bool:
    return bool(has <= wanted)


def is_among(has: Any, wanted: Any) -> bool:
    return has in wanted


def pixels(number: int) -> str:
    return number_format(number, force_grouping=False)


def megapixels(number: int) -> str:
    return number_format(number / 1_000_000, decimal_pos=1)


def percentage(share: float) -> str:
    return f"{int(share * 100)}"  # never rounded up to what is asked for


def ratio(width_to_height: float) -> str:
    if width_to_height < 1:
        return f"1 : {number_format(1 / width_to_height, decimal_pos=2)}"
    return f"{number_format(width_to_height, decimal_pos=2)} : 1"


def formats(names: Any) -> str:
    given = [names] if isinstance(names, str) else names
    return ", ".join(FORMAT_NAMES.get(name, name) for name in given)


KINDS: dict[str, Kind] = {
    "least_long_side": Kind(
        _("Long side: %(has)s pixels, but at least %(wanted)s are needed."),
        long_side,
        at_least,
        pixels,
    ),
    "most_long_side": Kind(
        _("Long side: %(has)s pixels, but at most %(wanted)s are allowed."),
        long_side,
        at_most,
        pixels,
    ),
    "least_short_side": Kind(
        _("Short side: %(has)s pixels, but at least %(wanted)s are needed."),
        short_side,
        at_least,
        pixels,
    ),
    "most_pixels": Kind(
        _("%(has)s megapixels, but at most %(wanted)s are allowed."),
        lambda facts: facts["width"] * facts["height"],
        at_most,
        megapixels,
    ),
    "least_bytes": Kind(
        _("File size: %(has)s, but at least %(wanted)s are needed."),
        lambda facts: facts["bytes"],
        at_least,
        filesizeformat,
    ),
    "most_bytes": Kind(
        _("File size: %(has)s, but at most %(wanted)s are allowed."),
        lambda facts: facts["bytes"],
        at_most,
        filesizeformat,
    ),
    "formats": Kind(
        _("Format: %(has)s, but only these are taken: %(wanted)s."),
        lambda facts: facts["format"],
        is_among,
        formats,
    ),
    "ratio": Kind(
        _("Width to height: %(has)s, but %(wanted)s is needed."),
        lambda facts: facts["width"] / facts["height"],
        lambda has, wanted: abs(has / wanted - 1) <= NEAR,
        ratio,
    ),
    "least_fill": Kind(
        _("The product fills %(has)s %% of the picture, but at least %(wanted)s %% are needed."),
        lambda facts: facts["fill"],
        at_least,
        percentage,
    ),
    "ground": Kind(
        _("The background is not white enough."),
        lambda facts: facts["ground"],
        at_most,
    ),
    "source_type": Kind(
        _("The file does not say that a model made the picture."),
        lambda facts: facts["source_type"],
        is_among,
    ),
}
