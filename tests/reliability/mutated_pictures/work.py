"""What the app makes of damaged files, in a process whose memory is measured."""

import resource
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from django_product_isolation.images import ImageRejected, inspect, oddities, publishable

from .mutations import mutated


@dataclass
class Outcome:
    """Of one file: a code it was rejected with, or what would be published."""

    number: int
    code: str = ""
    published: bytes = b""
    escaped: str = ""


def outcome_of(number: int, body: bytes) -> Outcome:
    """The way of a downloaded result up to the storage."""
    file = BytesIO(body)
    try:
        facts = inspect(file)
        oddities(file, facts, "3:2")
        with publishable(file) as clean:
            return Outcome(number, published=clean.file.read())
    except ImageRejected as error:
        return Outcome(number, code=error.code)
    except Exception:
        return Outcome(number, escaped=traceback.format_exc())


def outcomes_of(seed: int, heavy: Mapping[str, bytes], numbers: range) -> tuple[list[Outcome], int]:
    """A block of files, and the most memory that this process has ever taken, in MB."""
    Image.MAX_IMAGE_PIXELS = None  # as a host may have it
    warnings.simplefilter("ignore")
    outcomes = [outcome_of(number, mutated(seed, number, heavy)[1]) for number in numbers]
    return outcomes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
