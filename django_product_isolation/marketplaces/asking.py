"""What a rule may ask for, by kind: put right or refused when a place is made, not when it is used.

Each takes what stands in the rule and gives back what is kept. The errors are for whoever wrote the
place: TypeError for what is of another type, ValueError for a value that cannot be meant, both with
what to write instead.
"""

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# What shops write, and what the files of that format are called here.
OTHER_NAMES = {"JPG": "JPEG", "TIF": "TIFF"}
KNOWN_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


def whole_number(given: Any) -> int:
    """Of pixels or bytes."""
    instead = "write a whole number above 0, such as 3000"
    number = _number(given, instead)
    if number <= 0 or number != int(number):
        raise ValueError(f"{given!r} cannot be: {instead}.")
    return int(number)


def between(least: float, most: float, instead: str) -> Callable[[Any], float]:
    """A check for a number from ``least`` to ``most``, both included."""

    def number_between(given: Any) -> float:
        number = _number(given, instead)
        if not least <= number <= most:
            raise ValueError(f"{given!r} is not from {least} to {most}: {instead}.")
        return number

    return number_between


share = between(0, 1, "write a share, such as 0.85 for 85 %")
levels = between(0, 255, "write how many levels below white are allowed, such as 1")
width_to_height = between(0.01, 100, "write width divided by height, such as 3 / 4")


def format_names(given: Any) -> tuple[str, ...]:
    """As Pillow calls them: "jpg" is JPEG."""
    known = ", ".join(KNOWN_FORMATS)
    found = []
    for text in words(given):
        name = OTHER_NAMES.get(text.strip().upper(), text.strip().upper())
        if name not in KNOWN_FORMATS:
            raise ValueError(f"{text!r} is no format that is known: write some of {known}.")
        found.append(name)
    return tuple(found)


def words(given: Any) -> tuple[str, ...]:
    """Several words, or one in a list; not one text, of which each letter would be a word."""
    if isinstance(given, str):
        raise TypeError(f"{given!r} is one text: write ({given!r},), with a comma.")
    if not isinstance(given, Iterable):
        raise TypeError(f"{given!r} is no list: write the words in brackets, such as ('JPEG',).")
    found = tuple(given)
    if not found or not all(isinstance(word, str) and word.strip() for word in found):
        raise ValueError(f"{given!r} cannot be: write one word or several, such as ('JPEG',).")
    return found


def check_day(name: str, given: Any) -> None:
    """A moment is refused too: it cannot be compared with a day."""
    if given is not None and (not isinstance(given, date) or isinstance(given, datetime)):
        raise TypeError(f"{name}={given!r} is no day: write date(2027, 1, 31), or leave it out.")


def _number(given: Any, instead: str) -> float:
    """Finite, and of the types that can be compared with what was measured."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise TypeError(f"{given!r} is no number: {instead}.")
    if not math.isfinite(given):
        raise ValueError(f"{given!r} cannot be: {instead}.")
    return float(given) if isinstance(given, Decimal) else given
