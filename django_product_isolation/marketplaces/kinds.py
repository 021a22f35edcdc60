"""The kinds of rules: how each is checked against facts, and the words for what is missing.

Facts are ``format`` (JPEG, PNG, WEBP), ``width`` and ``height`` (pixels), ``bytes``,
``source_type`` (IPTC's term, "" for none), ``fill`` (of the frame, the product's longer side),
``background`` (levels of 255 that the background is below white at its worst). A check of a fact
that is not there raises KeyError: it could not be checked. One that cannot be, such as a height
of 0, raises ValueError.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from . import asking, showing

Facts: TypeAlias = Mapping[str, Any]
NEAR = 0.01  # of a ratio: sizes are whole pixels


@dataclass(frozen=True)
class Kind:
    """``asked`` checks a rule's number, ``has`` reads the fact, ``is_met`` compares the two.

    ``sentence`` has ``has`` and ``wanted``.
    """

    sentence: Any  # lazy: in the language that is active when it is shown
    asked: Callable[[Any], Any]
    has: Callable[[Facts], Any]
    is_met: Callable[[Any, Any], bool]
    shown: Callable[[Any, int], str] = showing.plain

    def words(self, facts: Facts, wanted: Any) -> str:
        """What is missing, as a sentence for staff; as exact as it takes to see that it is."""
        has = self.has(facts)
        for further in range(showing.MOST_FURTHER + 1):
            texts = {"has": self.shown(has, further), "wanted": self.shown(wanted, further)}
            if texts["has"] != texts["wanted"]:
                break
        return str(self.sentence) % texts


def sides(facts: Facts) -> tuple[float, float]:
    """Width and height, neither of them 0."""
    return measured("width", facts, above=0), measured("height", facts, above=0)


def measured(name: str, facts: Facts, above: float = -math.inf) -> float:
    """The fact as a number that can be compared. Any with NaN would be "not met"."""
    found: float = stated(name, facts)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"{name} is {found!r}")
    if not math.isfinite(found) or found <= above:
        raise ValueError(f"{name} is {found!r}")
    return found


def text(name: str, facts: Facts) -> str:
    found = stated(name, facts)
    if not isinstance(found, str):
        raise ValueError(f"{name} is {found!r}")
    return found


def stated(name: str, facts: Facts) -> Any:
    """The fact; raises KeyError where there is None, as where there is none."""
    if facts[name] is None:
        raise KeyError(name)
    return facts[name]


def long_side(facts: Facts) -> int:
    return int(max(sides(facts)))


def short_side(facts: Facts) -> int:
    return int(min(sides(facts)))


def ratio_of(facts: Facts) -> float:
    width, height = sides(facts)
    return width / height


def at_least(has: Any, wanted: Any) -> bool:
    return bool(has >= wanted)


def at_most(has: Any, wanted: Any) -> bool:
    return bool(has <= wanted)


def is_among(has: Any, wanted: Any) -> bool:
    return has in wanted


KINDS: dict[str, Kind] = {
    "least_long_side": Kind(
        _("Long side: %(has)s pixels, but at least %(wanted)s are needed."),
        asking.whole_number,
        long_side,
        at_least,
        showing.pixels,
    ),
    "most_long_side": Kind(
        _("Long side: %(has)s pixels, but at most %(wanted)s are allowed."),
        asking.whole_number,
        long_side,
        at_most,
        showing.pixels,
    ),
    "least_short_side": Kind(
        _("Short side: %(has)s pixels, but at least %(wanted)s are needed."),
        asking.whole_number,
        short_side,
        at_least,
        showing.pixels,
    ),
    "most_pixels": Kind(
        _("%(has)s megapixels, but at most %(wanted)s are allowed."),
        asking.whole_number,
        lambda facts: math.prod(sides(facts)),
        at_most,
        showing.megapixels,
    ),
    "least_bytes": Kind(
        _("File size: %(has)s, but at least %(wanted)s are needed."),
        asking.whole_number,
        partial(measured, "bytes"),
        at_least,
        showing.file_size,
    ),
    "most_bytes": Kind(
        _("File size: %(has)s, but at most %(wanted)s are allowed."),
        asking.whole_number,
        partial(measured, "bytes"),
        at_most,
        showing.file_size,
    ),
    "formats": Kind(
        _("Format: %(has)s, but only these are taken: %(wanted)s."),
        asking.format_names,
        partial(text, "format"),
        is_among,
        showing.formats,
    ),
    "ratio": Kind(
        _("Width to height: %(has)s, but %(wanted)s is needed."),
        asking.width_to_height,
        ratio_of,
        lambda has, wanted: abs(has / wanted - 1) <= NEAR,
        showing.ratio,
    ),
    "least_fill": Kind(
        _("The product fills %(has)s %% of the picture, but at least %(wanted)s %% are needed."),
        asking.share,
        partial(measured, "fill"),
        at_least,
        showing.percentage,
    ),
    "background": Kind(
        _("The background is not white enough."),
        asking.levels,
        partial(measured, "background"),
        at_most,
    ),
    "source_type": Kind(
        _("The file does not say that a model made the picture."),
        asking.words,
        partial(text, "source_type"),
        is_among,
    ),
}
