"""The files of an image field: read, stored and deleted through their storage.

Knows the host's models not at all.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.images import get_image_dimensions
from django.core.files.storage import Storage

from django_product_isolation import imaging

from . import names
from . import storage as storages
from .adapters import FieldAdapter
from .dry_run import others_kept
from .names import NameTaken, PathRefused
from .storage import (
    FileMissing,
    FileTooLarge,
    NameRefused,
    StorageFailed,
    overwrites,
    storage_errors,
    typed,
)


@dataclass(frozen=True)
class Fingerprint:
    """What a stored file holds: its SHA-256 in hex and its width and height in pixels.

    With what columns of the shop's say of such a file.
    """

    sha256: str
    size: tuple[int, int]
    columns: Mapping[str, Any] = field(default_factory=dict, compare=False)


class KeptOpen(File):  # type: ignore[type-arg]
    """A file that a storage may close, as some do, and that can still be read afterwards."""

    def close(self) -> None:
        """Whoever opened it closes it."""


class StoredFiles:
    """Files of one storage, whose names a column of so many characters holds."""

    @property
    def storage(self) -> Storage:
        raise NotImplementedError

    @property
    def adapter(self) -> FieldAdapter:
        raise NotImplementedError

    @property
    def name_max_length(self) -> int:
        raise NotImplementedError

    @property
    def overwrites(self) -> bool:
        """Whether the storage puts a new file in the place of one that has the same name."""
        return overwrites(self.storage)

    @contextmanager
    def copy(self, name: str) -> Iterator[BinaryIO]:
        """A local, seekable copy of a stored file, at its beginning.

        Raises FileMissing, FileTooLarge above MAX_FILE_BYTES, or StorageFailed.
        """
        with SpooledTemporaryFile(max_size=storages.SPOOL_BYTES) as local:
            with closing(self._chunks(name)) as chunks:
                for chunk in chunks:
                    local.write(chunk)  # what this machine's own disk says is no storage's word
                    if local.tell() > storages.MAX_FILE_BYTES:
                        raise FileTooLarge(name)
            local.seek(0)
            yield cast("BinaryIO", local)

    def _chunks(self, name: str) -> Generator[bytes, None, None]:
        try:
            with storage_errors(), self.storage.open(name, "rb") as file:
                # A field's own file would give such a handle the same.
                yield from (file if hasattr(file, "chunks") else File(file)).chunks()
        except FileMissing:
            self.refuse_empty(beside=name)
            raise

    def refuse_empty(self, *, beside: str) -> None:
        """Where a file is missing: raise StorageFailed if all others are, too, as in an empty mount
        point."""

    def fingerprint(self, name: str) -> Fingerprint:
        """Read a stored file. Raises FileMissing, FileTooLarge or StorageFailed."""
        with self.copy(name) as file:
            digest, _size = imaging.sha256_of(file)
            # Django's own measure, so that the columns hold what a form upload would have written.
            width, height = get_image_dimensions(file)
            size = (width or 0, height or 0)
            file.seek(0)
            return Fingerprint(digest, size, self.adapter.columns(File(file, name), size))

    def find_fingerprint(self, name: str) -> Fingerprint | None:
        """The same; None when the file is not there or larger than we handle."""
        try:
            return self.fingerprint(name)
        except (FileMissing, FileTooLarge):
            return None

    def store(self, path: str, content: "File[bytes]") -> str:
        """Save a new file under a name of ours and return the name the storage gave it.

        Whatever the storage does, it deletes no file that does not bear the mark of this one.
        Raises NameTaken for any other name, PathRefused for one that the storage takes not at all,
        StorageFailed.
        """
        if not names.is_ours(path):
            raise NameTaken(path)
        limit, is_this_one = self.name_max_length, partial(names.bears_mark_of, path)
        try:
            with storage_errors(), others_kept(self.storage, but=is_this_one):
                given = typed(KeptOpen(content.file, content.name), path)
                return self.storage.save(path, given, max_length=limit)
        except NameRefused as error:
            raise PathRefused(path) from error
        except FileMissing as error:  # a folder or a mount that is away, and no image of the shop's
            raise StorageFailed(str(error)) from error

    def has(self, name: str) -> bool:
        """Whether the storage says that it has this file; False also where it cannot say."""
        with suppress(PathRefused):
            return names.is_taken(self.storage, name)
        return False

    def is_there(self, name: str) -> bool:
        """The same, but False only where it never says. Raises StorageFailed."""
        with storage_errors(), suppress(NotImplementedError):
            return bool(self.storage.exists(name))
        return False

    def size_of(self, name: str) -> int | None:
        """Bytes of a stored file, None when its storage never tells.

        Raises FileMissing and StorageFailed.
        """
        with storage_errors(), suppress(NotImplementedError):
            return self.storage.size(name)
        return None

    def written_at(self, name: str) -> datetime | None:
        """When a stored file was written, None when its storage never tells.

        Raises FileMissing and StorageFailed.
        """
        with storage_errors(), suppress(NotImplementedError):
            return self.storage.get_modified_time(name)
        return None

    def changed_since(self, name: str, moment: datetime) -> bool:
        """Whether a stored file was written after ``moment``; True when its storage never tells.

        Raises FileMissing and StorageFailed.
        """
        written = self.written_at(name)
        with suppress(TypeError):  # a storage that knows of no zones
            return written is None or written > moment
        return True

    def delete(self, name: str) -> None:
        """Remove a stored file; one that is gone already is no error. Raises StorageFailed."""
        with suppress(FileMissing), storage_errors():
            self.storage.delete(name)

    def url(self, name: str) -> str:
        """The storage's own URL of a file, "" when it has none."""
        try:
            return self.storage.url(name)
        except Exception:  # storages raise whatever their library raises
            return ""
