"""The storages of the host's image fields: what they raise, and whether they overwrite.

Knows Django's storage interface alone. Knows nothing of models or runs.
"""

import errno
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.files.storage import Storage

from django_product_isolation.shortage import is_shortage

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

# Of what we store. Python below 3.13 learns WebP from the machine, and small images have no table.
CONTENT_TYPES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}

# What a file system says of names that no file of it can have, or that are folders. That a folder
# on the way is none may also mean that what is mounted there is away.
NO_FILE = {errno.ENAMETOOLONG, errno.EISDIR}


class FileMissing(Exception):
    """The storage has no file of that name."""


class NameRefused(FileMissing):
    """The storage can have no file of that name, such as one that leads out of it."""


class FileTooLarge(Exception):
    """The file is larger than we handle."""


class StorageFailed(Exception):
    """The storage did not do what it was asked; trying again may help."""


class StorageEmpty(StorageFailed):
    """None of the files is there that were asked for, as in an empty mount point."""


class StorageUnfaithful(StorageFailed):
    """The storage is there, and gave back other bytes than it was given."""


def overwrites(storage: Storage) -> bool:
    """Whether a storage puts a new file in the place of one that has the same name."""
    return any(getattr(storage, name, None) == value for name, value in OVERWRITING)


def typed(content: "File[bytes]", name: str) -> "File[bytes]":
    """The same file, saying what it is, so that no storage serves it as mere bytes.

    S3 and Azure ask the file, Google's ends with Python's table, which here learns what it lacks.
    """
    extension = PurePosixPath(name).suffix.lower()
    if known := CONTENT_TYPES.get(extension):
        content.content_type = known  # type: ignore[attr-defined]
        if mimetypes.guess_type(name)[0] is None:
            mimetypes.add_type(known, extension)
    return content


@contextmanager
def shortages_as_failures() -> Iterator[None]:
    """Have a lack of memory or disk of this machine's count as StorageFailed, for those who do
    not wait until it is over."""
    try:
        yield
    except (OSError, MemoryError) as error:
        if not is_shortage(error):
            raise
        raise StorageFailed(type(error).__name__) from None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what storages raise into FileMissing, NameRefused and StorageFailed.

    Other errors about values are no refusals: an outage's half answer is one that cannot be read.
    Storages let every exception of their client library through, so all are caught here. Their
    texts quote signed links, and so none is kept as the cause.
    """
    try:
        yield
    except FileTooLarge:
        raise
    except FileNotFoundError as error:
        kind = StorageFailed if is_shortage(error) else FileMissing  # storages have spools, too
        raise kind(type(error).__name__) from None
    except SuspiciousOperation as error:
        raise NameRefused(type(error).__name__) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_FILE:
            raise NameRefused(type(error).__name__) from None
        raise StorageFailed(type(error).__name__) from None
