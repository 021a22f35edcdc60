"""The shop's side: which of its fields are isolated, their rows, their names, their storage.

Knows nothing of runs.
"""

from .exactly import is_among, is_exactly, is_key, is_same
from .holders import CannotAsk, held
from .names import NameTaken, NameTooLong, is_ours, result_filename
from .pictures import Picture
from .rows import dimension_columns, without_dimensions
from .storage import (
    MAX_FILE_BYTES,
    SPOOL_BYTES,
    FileMissing,
    FileTooLarge,
    StorageFailed,
    storage_errors,
)
from .targets import Target, build, get_targets, target_for
from .trial import uploads_meet

__all__ = [
    "MAX_FILE_BYTES",
    "SPOOL_BYTES",
    "CannotAsk",
    "FileMissing",
    "FileTooLarge",
    "NameTaken",
    "NameTooLong",
    "Picture",
    "StorageFailed",
    "Target",
    "build",
    "dimension_columns",
    "get_targets",
    "held",
    "is_among",
    "is_exactly",
    "is_key",
    "is_ours",
    "is_same",
    "result_filename",
    "storage_errors",
    "target_for",
    "uploads_meet",
    "without_dimensions",
]
