"""The shop's side: which of its fields are isolated, their rows, their names, their storage.

Knows nothing of runs.
"""

from .acceptance import as_upload, extensions_of, refused_stored, refused_upload
from .pictures import Picture
from .rows import dimension_columns, without_dimensions
from .storage import (
    MAX_FILE_BYTES,
    SPOOL_BYTES,
    FileMissing,
    FileTooLarge,
    NameTooLong,
    StorageFailed,
    storage_errors,
)
from .targets import Target, build, get_targets, target_for
from .uploads import NotProcessed, as_stored

__all__ = [
    "MAX_FILE_BYTES",
    "SPOOL_BYTES",
    "FileMissing",
    "FileTooLarge",
    "NameTooLong",
    "NotProcessed",
    "Picture",
    "StorageFailed",
    "Target",
    "as_stored",
    "as_upload",
    "build",
    "dimension_columns",
    "extensions_of",
    "get_targets",
    "refused_stored",
    "refused_upload",
    "storage_errors",
    "target_for",
    "without_dimensions",
]
