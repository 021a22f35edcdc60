"""Pictures: opened, judged, converted for sending, cleaned for publishing, made small.

Must not know where bytes come from or go to.
"""

from typing import TYPE_CHECKING

from django_product_isolation.exports import when_asked

if TYPE_CHECKING:
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
    from .provenance import facts_to_keep, marked
    from .target_formats import accepted_formats, variants
    from .thumbnails import small_picture, thumbnail, thumbnails_of

HOMES = {
    ".cleaning": "sanitized",
    ".conversion": "needs_conversion prepare_for_upload",
    ".decoding": "ImageFacts ImageRejected size_of",
    ".inspection": "RESULT_FORMATS SOURCE_FORMATS Prepared anomalies inspect sha256_of",
    ".provenance": "facts_to_keep marked",
    ".thumbnails": "small_picture thumbnail thumbnails_of",
    ".target_formats": "accepted_formats variants",
}
if not TYPE_CHECKING:
    __getattr__ = when_asked(__name__, HOMES)

__all__ = [
    "RESULT_FORMATS",
    "SOURCE_FORMATS",
    "ImageFacts",
    "ImageRejected",
    "Prepared",
    "accepted_formats",
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
    "thumbnail",
    "thumbnails_of",
    "variants",
]
