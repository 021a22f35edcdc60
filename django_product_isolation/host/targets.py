"""Which model fields can be isolated, how they are read and swapped, and their storage.

Knows the host's models only through Django's own meta data, and files only through the
field's storage.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage
from django.db.models import FileField, Model, QuerySet

from . import names
from .adapters import FieldAdapter, adapter_for
from .columns import column_number, column_of, has_key_of, names_of
from .file_references import default_names
from .names import NameTaken, NameTooLong
from .obstacles import Obstacle, in_another_database, lasting_obstacle, obstacle_in_tables
from .pictures import NAME_MAX_LENGTH, Picture, read_pictures, shared_categories
from .products import ProductPath, follow
from .rows import (
    all_rows,
    dimension_names,
    named,
    unopened,
    where_written,
    without_dimensions,
    written_rows,
)
from .storage import FileMissing, StorageEmpty
from .stored_files import StoredFiles
from .swaps import read_columns, swap

# Of the files that rows show, so many of each end are asked for where one is missing.
WITNESSES = 3
# Letters that no database takes for others, in a key that our column holds.
PLAIN = re.compile(r"[a-z0-9_.:-]{1,255}")


@dataclass(frozen=True)
class Target(StoredFiles):
    """A field of one of the host's models that holds images."""

    model: type[Model]
    field: FileField
    product: str = ""  # a lookup path, such as variant__product
    category: str = ""  # a lookup path, such as product__category__name
    is_one_of_several: bool = False  # whether the shop names other images of the model, too
    storage_of_row: Storage | None = None  # where rows say for themselves where their files are

    @property
    def label(self) -> str:
        """The model as stored on batches, such as ``catalogue.productimage``."""
        return self.model._meta.label_lower

    @cached_property
    def column(self) -> str:
        """What all targets of the same column have in common."""
        return column_of(self.field)

    @cached_property
    def column_number(self) -> int:
        """The same as runs have it."""
        return column_number(self.column)

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

    @property
    def obstacle(self) -> Obstacle | None:
        """What keeps the field from being isolated safely, as far as settings and models tell.

        A router may answer otherwise for each request, so it is asked each time.
        """
        return in_another_database(self) or self._lasting_obstacle

    @cached_property
    def _lasting_obstacle(self) -> Obstacle | None:
        return lasting_obstacle(self)

    @cached_property
    def obstacle_in_database(self) -> Obstacle | None:
        """The same, as only the database tells; it is asked once."""
        return obstacle_in_tables(self)

    def refuse_obstacle(self) -> None:
        """Raise ImproperlyConfigured when something keeps the field from being isolated."""
        if obstacle := self.obstacle or self.obstacle_in_database:
            raise ImproperlyConfigured(str(obstacle))

    @cached_property
    def adapter(self) -> FieldAdapter:
        """What is special about the field's class."""
        return adapter_for(self.field)

    @property
    def storage(self) -> Storage:
        return self.storage_of_row or self.field.storage

    def of_row(self, pk: str) -> "Target":
        """The same, with the storage in which that row's file is; itself as a rule."""
        if not self.adapter.has_storage_of_row or (instance := self.instance(pk)) is None:
            return self
        return replace(self, storage_of_row=self.adapter.storage_of(instance))

    def places(self) -> list["Target"]:
        """The same in each storage where a file of some row may be; itself alone as a rule."""
        if not self.adapter.has_storage_of_row:
            return [self]
        return [replace(self, storage_of_row=storage) for storage in self.adapter.storages()]

    @property
    def place(self) -> str | None:
        """Which of the storages of several it is: "" with one alone, None where nobody can say."""
        if self.storage_of_row is None:
            return ""
        known = enumerate(self.adapter.storages())
        return next((str(at) for at, storage in known if storage is self.storage_of_row), None)

    def refuse_empty(self, *, beside: str) -> None:
        if self.storage_of_row is not None:
            return
        column = self.field.attname
        no_witness = ["", beside, *default_names(self.field)]
        shown = self._owner().exclude(**{column: None}).exclude(**{f"{column}__in": no_witness})
        by_key = shown.order_by("pk").values_list(self.field.attname, flat=True)
        others = {*by_key[:WITNESSES], *by_key.reverse()[:WITNESSES]}
        try:
            is_empty = others and not any(self.storage.exists(other) for other in others)
        except Exception:  # who does not say what is there has said that the file is not
            return
        if is_empty:
            raise StorageEmpty("none of the files is there that were asked for")

    @property
    def name_max_length(self) -> int:
        """What both the shop's column and ours hold of a file name."""
        return min(self.field.max_length or NAME_MAX_LENGTH, NAME_MAX_LENGTH)

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
        """The host's row, read where it is written and without opening its file; None when it was
        deleted.

        A base manager that hides rows, as Django asks nobody to have, deletes none.
        """
        for rows in (without_dimensions(self.model), unopened(all_rows(self.model))):
            found: Model | None = where_written(rows).filter(pk=pk).first()
            if found is not None:
                return found
        return None

    def row_of(self, model: type[Model], pk: str) -> Model | None:
        """The same row as ``model`` has it, a model that shows the column; None where that row is
        of another one."""
        owner = self.field.model
        key = owner._meta.pk.attname if issubclass(model, owner) else "pk"
        rows = where_written(without_dimensions(model))
        found = rows.filter(**{key: pk}).first()
        return named(found) if found is not None and type(found) is model else None

    def row_to_ask(self, pk: str) -> Model | None:
        """The host's row for asking code of the shop's about it: never to be saved, nor told of."""
        instance = self.instance(pk)
        return instance and named(instance)

    def row_with(
        self, pk: str, *, new: str, size: tuple[int, int], columns: Mapping[str, Any]
    ) -> Model | None:
        """The row as ``swap`` with these will have it, never to be saved; None when it is gone."""
        instance = self.row_to_ask(pk)
        if instance is None:
            return None
        own = {column.name for column in instance._meta.concrete_fields}
        pixels = zip(dimension_names(self.field), size, strict=True)
        given = {name: side for name, side in pixels if name}
        given.update({name: value for name, value in columns.items() if name in own})
        for name, value in given.items():
            with suppress(AttributeError):  # a property, which finds out for itself
                setattr(instance, name, value)
        # Last: fields that look at it now find what belongs to it.
        setattr(instance, self.field.attname, new)
        return instance

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

    def swap(
        self,
        pk: str,
        *,
        old: str,
        new: str,
        size: tuple[int, int],
        columns: Mapping[str, Any] = MappingProxyType({}),
    ) -> bool:
        """Point the field from ``old`` to ``new``, ``size`` (width, height) in pixels.

        ``columns`` say more of the new file, by name. False when the field no longer points at
        ``old``. Raises SwapRefused.
        """
        if not swap(self.field, pk, old=old, new=new, size=size, columns=columns):
            return False
        self.adapter.in_swap(pk)
        return True

    def columns_beside(self, pk: str) -> dict[str, Any]:
        """What the row says of its picture that no file says, by column."""
        return read_columns(self.field, pk, self.adapter.columns_of_result())

    def path_for(self, pk: str, filename: str, *, beside: str = "") -> str:
        """Where ``filename``, a name of ours, goes for this row.

        ``beside`` is the original, "" for what the row shows now: see ``names.placed``.

        Raises FileMissing when the row was deleted, NameTooLong when the column cannot hold it,
        NameTaken when the storage does not tell it from another file, or MakesRoom or PathRefused,
        which are such.
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

    def _owner(self) -> QuerySet[Any]:
        return written_rows(self.field.model)
