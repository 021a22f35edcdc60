"""The storages of the host's image fields: what they raise, and whether they overwrite.

Knows Django's storage interface alone. Knows nothing of models or runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import Storage

# What Runflow takes in an upload (contract, section 8); sources and results above it are refused.
MAX_FILE_BYTES = 50 * 1024 * 1024
SPOOL_BYTES = 4 * 1024 * 1024
# How django-storages (S3 and Google, Azure, Dropbox) and Django say so.
OVERWRITING = (
    ("file_overwrite", True),
    ("overwrite_files", True),
    ("write_mode", "overwrite"),
    ("_allow_overwrite", True),
)


class FileMissing(Exception):
    """The storage has no file of that name."""


class FileTooLarge(Exception):
    """The file is larger than we handle."""


class NameTooLong(Exception):
    """The image column is too short for a name of ours."""


class StorageFailed(Exception):
    """The storage did not do what it was asked; trying again may help."""


class StorageUnfaithful(StorageFailed):
    """The storage is there, and gave back other bytes than it was given."""


def overwrites(storage: Storage) -> bool:
    """Whether a storage puts a new file in the place of one that has the same name."""
    return any(getattr(storage, name, None) == value for name, value in OVERWRITING)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what storages raise into FileMissing and StorageFailed.

    Storages let every exception of their client library through, so all are caught here. Their
    texts quote signed links, and so none is kept as the cause.
    """
    try:
        yield
    except FileTooLarge:
        raise
    except FileNotFoundError as error:
        raise FileMissing(type(error).__name__) from None
    except Exception as error:
        raise StorageFailed(type(error).__name__) from None
