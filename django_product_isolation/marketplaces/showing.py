"""How facts and numbers of rules are written, in the language of the reader.

``further`` asks for more digits than usual, where what is there and what is needed would read the
same: "fills 57 %, but at least 57 % are needed" helps nobody.
"""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MOST_FURTHER = 6
FORMAT_NAMES = {"WEBP": "WebP"}  # the others are written as they are called


def plain(value: Any, further: int = 0) -> str:
    return str(value)


def pixels(number: int, further: int = 0) -> str:
    return number_format(number, force_grouping=False)


def megapixels(number: float, further: int = 0) -> str:
    return number_format(number / 1_000_000, decimal_pos=1 + further)


def file_size(size: float, further: int = 0) -> str:
    """In the largest unit, or to the byte."""
    if not further:
        return filesizeformat(size)
    return _("%(number)s bytes") % {"number": number_format(int(size), force_grouping=True)}


def percentage(share: float, further: int = 0) -> str:
    """Never rounded up to what is asked for; by decimals, as 0.29 * 100 is below 29."""
    step = Decimal(1).scaleb(-further)
    shown = (Decimal(str(share)) * 100).quantize(step, rounding=ROUND_FLOOR)
    return number_format(shown, decimal_pos=further)


def ratio(width_to_height: float, further: int = 0) -> str:
    digits = 2 + further
    if width_to_height < 1:
        return f"1 : {number_format(1 / width_to_height, decimal_pos=digits)}"
    return f"{number_format(width_to_height, decimal_pos=digits)} : 1"


def formats(names: str | Iterable[str], further: int = 0) -> str:
    given = [names] if isinstance(names, str) else names
    return ", ".join(FORMAT_NAMES.get(name, name) for name in given)
