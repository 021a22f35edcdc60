"""What the app makes of damaged files, in a process whose memory is measured."""

import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from django_product_isolation.imaging import ImageRejected, anomalies, sanitized
from tests.peak_memory import peak_memory

from .mutations import HEAVY_EVERY, mutated
from .reference import fault_of


@dataclass
class Outcome:
    """Of one file: a code it was rejected with, or what would be published."""

    number: int
    code: str = ""
    published: bytes = b""
    fault: str = ""
    escaped: str = ""


def outcome_of(number: int, body: bytes) -> Outcome:
    """The way of a downloaded result up to the storage."""
    file = BytesIO(body)
    try:
        with sanitized(file) as clean:
            anomalies(clean, "3:2")
            return Outcome(number, published=clean.file.read())
    except ImageRejected as error:
        return Outcome(number, code=error.code)
    except Exception:
        return Outcome(number, escaped=traceback.format_exc())


def outcomes_of(seed: int, heavy: Mapping[str, bytes], numbers: range) -> tuple[list[Outcome], int]:
    """A block of files, and the most memory that this process has ever taken, in MB.

    Heavy ones are left to be judged by another process: judging takes memory, too.
    """
    Image.MAX_IMAGE_PIXELS = None  # as a host may have it
    warnings.simplefilter("ignore")
    outcomes = []
    for number in numbers:
        _, body = mutated(seed, number, heavy)
        outcome = outcome_of(number, body)
        if outcome.published and number % HEAVY_EVERY:
            outcome.fault = fault_of(body, outcome.published)
        outcomes.append(outcome)
    return outcomes, peak_memory()
