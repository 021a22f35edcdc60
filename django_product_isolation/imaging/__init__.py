"""Pictures: opened, judged, converted for sending, cleaned for publishing, made small.

Must not know where bytes come from or go to.
"""

from .cleaning import sanitized
from .conversion import needs_conversion, prepare_for_upload
from .decoding import ImageFacts, ImageRejected, size_of
from .inspection import (
    RESULT_FORMATS,
    SOURCE_FORMATS,
    Prepared,
    anomalies,
    inspect,
    sha256_of,
)
from .provenance import marked
from .published import facts_to_keep
from .thumbnails import small_picture, thumbnail, thumbnails_of
from .variants import takes, variants

__all__ = [
    "RESULT_FORMATS",
    "SOURCE_FORMATS",
    "ImageFacts",
    "ImageRejected",
    "Prepared",
    "anomalies",
    "facts_to_keep",
    "inspect",
    "marked",
    "needs_conversion",
    "prepare_for_upload",
    "sanitized",
    "sha256_of",
    "size_of",
    "small_picture",
    "takes",
    "thumbnail",
    "thumbnails_of",
    "variants",
]
