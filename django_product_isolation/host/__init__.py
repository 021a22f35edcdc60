"""The shop's side: which of its fields are isolated, their rows, their names, their storage.

Of runs it knows nothing but in which database they are.
"""

from .adapters import FieldAdapter
from .columns import column_named, column_number
from .dry_run import untouched
from .file_names import may_be_same
from .file_references import CannotAsk, Column, NameSearch, referenced, searches
from .name_probe import cuts_names_short, room_needed, uploads_meet
from .names import (
    MARK,
    MakesRoom,
    NameTaken,
    NameTooLong,
    PathRefused,
    is_cut,
    is_ours,
    mark_of,
    result_filename,
)
from .obstacles import Obstacle
from .pictures import Picture, Skipped, categories_of_each
from .previews import make_previews, wanted_side
from .registry import (
    NotNamed,
    build,
    entries,
    get_targets,
    target_for,
    target_models,
    target_named,
    targets_of,
)
from .rows import all_rows, dimension_names, read_keys, shown_rows, without_dimensions
from .storage import (
    MAX_FILE_BYTES,
    SPOOL_BYTES,
    FileMissing,
    FileTooLarge,
    StorageEmpty,
    StorageFailed,
    StorageUnfaithful,
    shortages_as_failures,
    storage_errors,
)
from .stored_files import Fingerprint
from .swaps import SwapRefused
from .targets import Target
from .upload_processing import NotProcessed, as_stored
from .validation import as_upload, extensions_of, refused_name, refused_stored, refused_upload

__all__ = [
    "MARK",
    "MAX_FILE_BYTES",
    "SPOOL_BYTES",
    "CannotAsk",
    "Column",
    "FieldAdapter",
    "FileMissing",
    "FileTooLarge",
    "Fingerprint",
    "MakesRoom",
    "NameSearch",
    "NameTaken",
    "NameTooLong",
    "NotNamed",
    "NotProcessed",
    "Obstacle",
    "PathRefused",
    "Picture",
    "Skipped",
    "StorageEmpty",
    "StorageFailed",
    "StorageUnfaithful",
    "SwapRefused",
    "Target",
    "all_rows",
    "as_stored",
    "as_upload",
    "build",
    "categories_of_each",
    "column_named",
    "column_number",
    "cuts_names_short",
    "dimension_names",
    "entries",
    "extensions_of",
    "get_targets",
    "is_cut",
    "is_ours",
    "make_previews",
    "mark_of",
    "may_be_same",
    "read_keys",
    "referenced",
    "refused_name",
    "refused_stored",
    "refused_upload",
    "result_filename",
    "room_needed",
    "searches",
    "shortages_as_failures",
    "shown_rows",
    "storage_errors",
    "target_for",
    "target_models",
    "target_named",
    "targets_of",
    "untouched",
    "uploads_meet",
    "wanted_side",
    "without_dimensions",
]
