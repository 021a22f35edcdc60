"""What a field makes of a file that is uploaded to it, seen without storing anything.

Fields that shrink or convert uploads (imagekit, django-resized, easy-thumbnails, home-made ones)
do so on the way to their storage, and so a storage that only looks finds out. Knows no library.
"""

import copy
from typing import Any, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db.models import FileField, Model
from django.db.models.fields.files import FieldFile

from django_product_isolation.database.outages import is_away, is_outage
from django_product_isolation.shortage import is_shortage

from .dry_run import undone
from .storage import MAX_FILE_BYTES

MARK = "what-the-field-makes/"


class NotProcessed(Exception):
    """The field could not take the file as an upload."""


def as_stored(field: FileField, instance: Model, upload: "File[bytes]") -> "File[bytes]":
    """What ``field`` would store if ``upload``, a file with a name, were uploaded to ``instance``.

    The same object where the field stores uploads as they are. The name's extension is that of
    the content. ``instance`` is not saved but changed: it must not be used any further. Raises
    NotProcessed, and DatabaseError when the database is away.
    """
    if stores_as_it_is(field):
        return upload
    file = field.attr_class(instance, _twin(field), upload.name)
    file.storage = cast("Storage", LookingStorage(file.storage))
    file.file = upload
    file._committed = False  # type: ignore[attr-defined]
    vars(instance)[field.attname] = file
    try:
        with undone():
            field.pre_save(instance, add=False)
    except UploadIntercepted as seen:
        if len(seen.body) > MAX_FILE_BYTES:
            raise NotProcessed("larger than we handle") from None
        return ContentFile(seen.body, name=seen.name)
    except Exception as error:  # libraries raise whatever they like
        if is_away(error) or is_outage(error) or is_shortage(error):
            raise
        raise NotProcessed(type(error).__name__) from error
    raise NotProcessed("nothing was stored")


def stores_as_it_is(field: FileField) -> bool:
    """Whether nobody has changed how Django stores an upload to this field."""
    return type(field).pre_save is FileField.pre_save and field.attr_class.save is FieldFile.save


def _twin(field: FileField) -> FileField:
    """The same field, which says of the file itself that it is no variation of it."""
    twin = copy.copy(field)
    twin.generate_filename = _marked  # type: ignore[method-assign]
    return twin


def _marked(instance: Model, filename: Any) -> str:
    return f"{MARK}{str(filename).replace('/', '-')}"


class UploadIntercepted(BaseException):
    """The file has reached the storage. No ``except Exception`` of a library's stops it."""

    def __init__(self, name: str, body: bytes) -> None:
        super().__init__(name)
        self.name, self.body = name, body


class LookingStorage:
    """Reads from a storage, and neither writes to it nor deletes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def save(self, name: str, content: "File[bytes]", max_length: int | None = None) -> str:
        if not name.startswith(MARK):
            return name  # a variation, which is not what the field will point at
        content.seek(0)
        body: bytes = content.read()
        raise UploadIntercepted(name.removeprefix(MARK), body)

    def delete(self, name: str) -> None:
        """Old files and variations stay where they are."""
