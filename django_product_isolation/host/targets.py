"""Which model fields can be isolated, how they are read and swapped, and their storage.

Knows the host's models only through Django's own meta data, and files only through the
field's storage.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.images import get_image_dimensions
from django.core.files.storage import Storage
from django.db.models import ImageField, Model, QuerySet

from django_product_isolation.imaging import sha256_of

from . import names
from . import storage as storages
from .columns import column_of, has_key_of, names_of
from .holders import default_names
from .names import NameTaken, NameTooLong
from .obstacles import Obstacle, obstacle_of
from .pictures import NAME_MAX_LENGTH, Picture, read_pictures, shared_categories
from .products import ProductPath, follow
from .rows import named, where_written, without_dimensions, written_rows
from .storage import (
    FileMissing,
    FileTooLarge,
    NameRefused,
    StorageFailed,
    overwrites,
    storage_errors,
    typed,
)
from .swaps import swap

# Letters that no database takes for others, in a key that our column holds.
PLAIN = re.compile(r"[a-z0-9_.:-]{1,255}")


@dataclass(frozen=True)
class Fingerprint:
    """What a stored file holds: its SHA-256 in hex and its width and height in pixels."""

    sha256: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Target:
    """An image field of one of the host's models."""

    model: type[Model]
    field: ImageField
    product: str = ""  # a lookup path, such as variant__product
    category: str = ""  # a lookup path, such as product__category__name
    is_one_of_several: bool = False  # whether the shop names other images of the model, too

    @property
    def label(self) -> str:
        """The model as stored on batches, such as ``catalogue.productimage``."""
        return self.model._meta.label_lower

    @cached_property
    def column(self) -> str:
        """What all targets of the same column have in common."""
        return column_of(self.field)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Model label and field name of all that show the column: batches may bear each."""
        # Its own in any case: a table between two models is not among Django's models.
        return tuple(sorted({(self.label, self.field.name), *names_of(self.field)}))

    @cached_property
    def product_path(self) -> ProductPath | None:
        """Where the product is found; None for images that are their own product."""
        return follow(self.model, self.product) if self.product else None

    @property
    def product_model(self) -> type[Model] | None:
        """The model of the products that images belong to; None where they name it otherwise."""
        related = self.product_path.model if self.product_path else None
        return related._meta.concrete_model if related else None

    @cached_property
    def obstacle(self) -> Obstacle | None:
        """What keeps the field from being isolated safely."""
        return obstacle_of(self)

    def refuse_obstacle(self) -> None:
        """Raise ImproperlyConfigured when something keeps the field from being isolated."""
        if self.obstacle:
            raise ImproperlyConfigured(str(self.obstacle))

    @property
    def storage(self) -> Storage:
        return self.field.storage

    @property
    def name_max_length(self) -> int:
        """What both the shop's column and ours hold of a file name."""
        return min(self.field.max_length or NAME_MAX_LENGTH, NAME_MAX_LENGTH)

    @property
    def overwrites(self) -> bool:
        """Whether the storage puts a new file in the place of one that has the same name."""
        return overwrites(self.storage)

    def active_key(self, pk: str) -> str:
        """What may stand only once among open runs, on every database's way to compare."""
        key = f"{self.column}:{pk}"
        return key if PLAIN.fullmatch(key) else sha256(key.encode()).hexdigest()

    def pk_of(self, image: Model) -> str:
        """The key of the row that holds the field, which a child of several has beside its own.

        "" while the image is not saved.
        """
        owner = self.field.model
        pk = image.pk if has_key_of(type(image), owner) else getattr(image, owner._meta.pk.attname)
        return "" if pk is None else str(pk)

    def pictures(self, images: QuerySet[Any]) -> list[Picture]:
        """Read key, file name and product of ``images``, each once, opening no file."""
        return read_pictures(self, images)

    def categories(self, pks: Collection[str]) -> set[str]:
        """The categories that all images with these keys share; one query, none without path."""
        return shared_categories(self, pks)

    def is_placeholder(self, name: str) -> bool:
        """Whether ``name`` is what the field shows where nobody uploaded a picture."""
        return name in default_names(self.field)

    def instance(self, pk: str) -> Model | None:
        """The host's row, read without opening its file; None when it was deleted."""
        found: Model | None = without_dimensions(self.model).filter(pk=pk).first()
        return found

    def row_to_ask(self, pk: str) -> Model | None:
        """The host's row for asking code of the shop's about it: never to be saved, nor told of."""
        instance = self.instance(pk)
        return instance and named(instance)

    def shown_name(self, pk: str) -> str | None:
        """The same as ``current_name``, None also for a row that the shop's default manager hides
        (one in its bin)."""
        shown = where_written(self.model._default_manager.all()).filter(pk=pk)
        names = shown.values_list(self.field.attname, flat=True)
        return next((name or "" for name in names), None)

    def current_name(self, pk: str) -> str | None:
        """The file the field points at now ("" for none); None when the row was deleted."""
        names = self._owner().filter(pk=pk).values_list(self.field.attname, flat=True)
        return next((name or "" for name in names), None)

    def current_names(self, pks: Collection[str]) -> dict[str, str]:
        """The files that the fields of these rows point at now, by key; deleted rows are left out.

        One query.
        """
        names = self._owner().filter(pk__in=pks).values_list("pk", self.field.attname)
        return {str(pk): name or "" for pk, name in names}

    def swap(self, pk: str, *, old: str, new: str, size: tuple[int, int]) -> bool:
        """Point the field from ``old`` to ``new``, ``size`` (width, height) in pixels.

        False when the field no longer points at ``old``. Raises SwapRefused.
        """
        return swap(self.field, pk, old=old, new=new, size=size)

    @contextmanager
    def copy(self, name: str) -> Iterator[BinaryIO]:
        """A local, seekable copy of a stored file, at its beginning.

        Raises FileMissing, FileTooLarge above MAX_FILE_BYTES, or StorageFailed.
        """
        with SpooledTemporaryFile(max_size=storages.SPOOL_BYTES) as local:
            with storage_errors(), self.storage.open(name, "rb") as file:
                for chunk in file.chunks():
                    local.write(chunk)
                    if local.tell() > storages.MAX_FILE_BYTES:
                        raise FileTooLarge(name)
            local.seek(0)
            yield cast("BinaryIO", local)

    def fingerprint(self, name: str) -> Fingerprint:
        """Read a stored file. Raises FileMissing, FileTooLarge or StorageFailed."""
        with self.copy(name) as file:
            digest, _size = sha256_of(file)
            # Django's own measure, so that the columns hold what a form upload would have written.
            width, height = get_image_dimensions(file)
        return Fingerprint(digest, (width or 0, height or 0))

    def find_fingerprint(self, name: str) -> Fingerprint | None:
        """The same; None when the file is not there or larger than we handle."""
        try:
            return self.fingerprint(name)
        except (FileMissing, FileTooLarge):
            return None

    def path_for(self, pk: str, filename: str, *, beside: str = "") -> str:
        """Where ``filename``, a name of ours, goes for this row.

        ``beside`` is the original, "" for what the row shows now: see ``names.placed``.

        Raises FileMissing when the row was deleted, NameTooLong when the column cannot hold it,
        NameTaken when the storage does not tell it from another file.
        """
        current = self.current_name(pk)
        if current is None:
            raise FileMissing(f"{self.label} {pk}")
        path = names.placed(self.field, beside or current, filename)
        if len(path) > self.name_max_length:
            raise NameTooLong(path)
        limit = self.name_max_length
        if names.is_taken(self.storage, path) or not names.tells_apart(self.storage, path, limit):
            raise NameTaken(path)
        return path

    def store(self, path: str, content: "File[bytes]") -> str:
        """Save a new file under a name of ours and return the name the storage gave it.

        Raises NameTaken for any other name and for one that the storage refuses, StorageFailed.
        """
        if not names.is_ours(path):
            raise NameTaken(path)
        limit = self.name_max_length
        try:
            with storage_errors():
                return self.storage.save(path, typed(content, path), max_length=limit)
        except NameRefused as error:
            raise NameTaken(path) from error
        except FileMissing as error:  # a folder or a mount that is away, and no image of the shop's
            raise StorageFailed(str(error)) from error

    def has(self, name: str) -> bool:
        """Whether the storage says that it has this file; False also where it cannot say."""
        return names.is_taken(self.storage, name)

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

    def changed_since(self, name: str, moment: datetime) -> bool:
        """Whether a stored file was written after ``moment``; True when its storage never tells.

        Raises FileMissing and StorageFailed.
        """
        with storage_errors(), suppress(NotImplementedError, TypeError):
            return self.storage.get_modified_time(name) > moment
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

    def _owner(self) -> QuerySet[Any]:
        return written_rows(self.field.model)
