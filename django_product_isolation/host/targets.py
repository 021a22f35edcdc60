"""Which model fields can be isolated, how they are read and swapped, and their storage.

Knows the host's models only through Django's own meta data, and files only through the
field's storage.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError, ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db.models import ImageField, Model, QuerySet

from django_product_isolation.conf import SETTING, get_settings

from . import storage as storages
from .pictures import Picture, read_pictures, shared_categories
from .rows import dimension_columns, without_dimensions
from .storage import FileMissing, FileTooLarge, NameTooLong, overwrites, storage_errors


@dataclass(frozen=True)
class Target:
    """An image field of one of the host's models."""

    model: type[Model]
    field: ImageField
    product: str = ""
    category: str = ""  # a lookup path, such as product__category__name

    @property
    def label(self) -> str:
        """The model as stored on batches, such as ``catalogue.productimage``."""
        return self.model._meta.label_lower

    @property
    def storage(self) -> Storage:
        return self.field.storage

    @property
    def overwrites(self) -> bool:
        """Whether the storage puts a new file in the place of one that has the same name."""
        return overwrites(self.storage)

    def active_key(self, pk: str) -> str:
        """What may stand only once among open runs."""
        return f"{self.label}.{self.field.name}:{pk}"

    def pictures(self, images: QuerySet[Any]) -> list[Picture]:
        """Read key, file name and product of ``images`` in two queries, opening no file."""
        return read_pictures(self, images)

    def categories(self, pks: Collection[str]) -> set[str]:
        """The categories that all images with these keys share; one query, none without path."""
        return shared_categories(self, pks)

    def instance(self, pk: str) -> Model | None:
        """The host's row, read without opening its file; None when it was deleted."""
        found: Model | None = without_dimensions(self.model).filter(pk=pk).first()
        return found

    def shown_name(self, pk: str) -> str | None:
        """The same as ``current_name``, None also for a row that the shop's default manager hides
        (one in its bin)."""
        names = self.model._default_manager.filter(pk=pk).values_list(self.field.attname, flat=True)
        return next((name or "" for name in names), None)

    def current_name(self, pk: str) -> str | None:
        """The file the field points at now ("" for none); None when the row was deleted."""
        names = self._owner().filter(pk=pk).values_list(self.field.attname, flat=True)
        return next((name or "" for name in names), None)

    def swap(self, pk: str, *, old: str, new: str, size: tuple[int, int]) -> bool:
        """Point the field from ``old`` to ``new``, ``size`` (width, height) in pixels.

        One conditional UPDATE of exactly the image column and its dimension columns. False when
        the field no longer points at ``old``.
        """
        columns: dict[str, Any] = {self.field.attname: new}
        columns |= {
            column: pixels
            for column, pixels in zip(dimension_columns(self.field), size, strict=True)
            if column
        }
        return bool(self._owner().filter(pk=pk, **{self.field.attname: old}).update(**columns))

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

    def path_for(self, pk: str, filename: str) -> str:
        """Where ``upload_to`` puts ``filename`` for this row.

        Raises FileMissing when the row was deleted, NameTooLong when the column cannot hold it.
        """
        instance = self.instance(pk)
        if instance is None:
            raise FileMissing(f"{self.label} {pk}")
        path = self.field.generate_filename(instance, filename)
        if self.field.max_length and len(path) > self.field.max_length:
            raise NameTooLong(path)
        return path

    def store(self, path: str, content: "File[bytes]") -> str:
        """Save a new file and return the name the storage gave it. Raises StorageFailed."""
        with storage_errors():
            return self.storage.save(path, content, max_length=self.field.max_length)

    def size_of(self, name: str) -> int | None:
        """Bytes of a stored file, None when its storage never tells.

        Raises FileMissing and StorageFailed.
        """
        with storage_errors(), suppress(NotImplementedError):
            return self.storage.size(name)
        return None

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
        # Under multi-table inheritance Django turns an UPDATE of a parent's column into a SELECT
        # and an UPDATE by key, which would lose the condition: ask the table that has the column.
        return self.field.model._base_manager.all()


def get_targets() -> dict[type[Model], Target]:
    """The targets named in ``IMAGES``. Raises ImproperlyConfigured for one that does not exist."""
    targets = (build(label, options) for label, options in get_settings().IMAGES.items())
    return {target.model: target for target in targets}


def build(label: str, options: Mapping[str, str]) -> Target:
    """Return the target of one entry of ``IMAGES``.

    Raises ImproperlyConfigured that says which part of the entry is wrong.
    """
    where = f'{SETTING}["IMAGES"]["{label}"]'
    if not isinstance(options, Mapping) or "field" not in options:
        raise ImproperlyConfigured(f'{where} must be a dictionary with "field".')
    if unknown := sorted(set(options) - {"field", "product", "category"}):
        raise ImproperlyConfigured(f"{where} has no option {', '.join(unknown)}.")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise ImproperlyConfigured(f"{where}: there is no such model.") from error
    try:
        field = model._meta.get_field(options["field"])
        if product := options.get("product", ""):
            model._meta.get_field(product)
    except FieldDoesNotExist as error:
        raise ImproperlyConfigured(f"{where}: {error}.") from error
    if not isinstance(field, ImageField):
        raise ImproperlyConfigured(f"{where}: {options['field']} is no ImageField.")
    if category := options.get("category", ""):
        try:
            QuerySet(model).values_list(category)
        except FieldError as error:
            raise ImproperlyConfigured(f'{where}: "category" leads nowhere. {error}') from error
    return Target(model, field, product, category)


def target_for(model: type[Model]) -> Target:
    """The target of a model, of its proxies too. Raises ImproperlyConfigured when it has none."""
    targets = get_targets()
    concrete = model._meta.concrete_model or model
    for candidate in (model, concrete):
        if candidate in targets:
            return targets[candidate]
    raise ImproperlyConfigured(f'{model._meta.label} is not named in {SETTING}["IMAGES"].')
