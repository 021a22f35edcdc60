"""What a field of the shop's accepts, in the words of its own validators and constraints.

Asks as Django's forms ask: about a new upload, and about the stored file each time that the row
is saved. Stores nothing.
"""

import posixpath
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import FileExtensionValidator
from django.db.models import FileField, Model

from django_product_isolation.database.outages import is_away, is_outage
from django_product_isolation.shortage import is_shortage

from .dry_run import undone
from .names import placed
from .rows import dimension_names
from .upload_processing import stores_as_it_is


def extensions_of(field: FileField) -> Sequence[str] | None:
    """The extensions (".png" ...) that every extension validator takes, None for any."""
    limits = [
        {f".{extension}" for extension in validator.allowed_extensions}
        for validator in field.validators
        if isinstance(validator, FileExtensionValidator)
        and validator.allowed_extensions is not None
    ]
    return sorted(set.intersection(*limits)) if limits else None


def as_upload(name: str, body: bytes, mime_type: str) -> SimpleUploadedFile:
    """A file as a form gives it to its field."""
    return SimpleUploadedFile(name, body, content_type=mime_type)


def refused_upload(field: FileField, instance: Model, upload: "File[bytes]") -> list[str]:
    """Why the field would not take ``upload`` from a form; empty when it would."""
    file = field.attr_class(instance, field, upload.name)
    file.file = upload
    file._committed = False  # type: ignore[attr-defined]
    return _refusals(lambda: field.clean(file, instance), field)


def refused_stored(
    field: FileField, instance: Model, content: "File[bytes]", size: tuple[int, int]
) -> list[str]:
    """Why the row could not be saved while it shows a stored file with this name and content.

    ``instance`` is changed: it must not be used any further. Raises nothing that validators raise,
    but NameTooLong when the column cannot hold such a name.
    """
    name = _name_in(field, instance, posixpath.basename(content.name or ""))
    # What the model itself has against the row as it is, is not the result's fault.
    before = _words_of(field, instance.clean, instance.validate_constraints)
    file = field.attr_class(instance, field, name)
    file.storage = cast("Storage", OneFile(file.storage, name, content.read()))
    content.seek(0)
    vars(instance)[field.attname] = file
    for attribute, pixels in zip(dimension_names(field), size, strict=True):
        if attribute:
            with suppress(AttributeError):  # a property, which finds out for itself
                setattr(instance, attribute, pixels)
    return _refusals(lambda: field.clean(file, instance), field) or [
        words
        for words in _words_of(field, instance.clean, instance.validate_constraints)
        if words not in before
    ]


def refused_name(field: FileField, instance: Model, filename: str) -> list[str]:
    """Why no constraint lets the row show a file of this name, whatever is in it.

    Empty also where the field itself may name files otherwise. ``instance`` is changed: it must not
    be used any further. Raises NameTooLong like ``refused_stored``.
    """
    if not stores_as_it_is(field):
        return []
    name = _name_in(field, instance, filename)
    before = _words_of(field, instance.validate_constraints)
    vars(instance)[field.attname] = name
    after = _words_of(field, instance.validate_constraints)
    return [words for words in after if words not in before]


def _name_in(field: FileField, instance: Model, filename: str) -> str:
    # Where results go, which never asks code of the shop's for a name.
    return placed(field, str(vars(instance).get(field.attname) or ""), filename)


def _words_of(field: FileField, *asks: Callable[[], Any]) -> list[str]:
    return [words for ask in asks for words in _refusals(ask, field)]


def _refusals(ask: Callable[[], Any], field: FileField) -> list[str]:
    """What speaks against the result. Raises what says that a database is away, ours or
    another one, and what a worker's own shortage raises."""
    try:
        with undone():
            ask()
    except Exception as error:  # a form would break on it too
        if is_away(error) or is_outage(error) or is_shortage(error):
            raise
        if isinstance(error, ValidationError):
            return _words_about(field, error)
        return [type(error).__name__]
    return []


def _words_about(field: FileField, error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    about = (field.name, *dimension_names(field), NON_FIELD_ERRORS)
    return [words for name in about for words in error.message_dict.get(name or "", ())]


class OneFile:
    """A storage as it will be once one more file is in it."""

    def __init__(self, storage: Storage, name: str, body: bytes) -> None:
        self._storage, self._name, self._body = storage, name, body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if name == self._name:
            return ContentFile(self._body, name=name)
        return self._storage.open(name, mode)

    def size(self, name: str) -> int:
        return len(self._body) if name == self._name else self._storage.size(name)

    def exists(self, name: str) -> bool:
        return name == self._name or self._storage.exists(name)

    def save(self, name: str, content: Any, max_length: int | None = None) -> str:
        return name

    def delete(self, name: str) -> None:
        """A validator deletes nothing."""
