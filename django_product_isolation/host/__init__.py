"""The shop's side: which of its fields are isolated, their rows, their names, their storage.

Knows nothing of runs.
"""

from .pictures import Picture, Skipped
from .rows import dimension_columns, read_keys, shown_rows, without_dimensions
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

__all__ = [
    "MAX_FILE_BYTES",
    "SPOOL_BYTES",
    "FileMissing",
    "FileTooLarge",
    "NameTooLong",
    "Picture",
    "Skipped",
    "StorageFailed",
    "Target",
    "build",
    "dimension_columns",
    "get_targets",
    "read_keys",
    "shown_rows",
    "storage_errors",
    "target_for",
    "without_dimensions",
]
