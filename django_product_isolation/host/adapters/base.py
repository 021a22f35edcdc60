"""What is special about the image fields of one library, or of the shop's own.

The steps that publish and restore ask the adapter of their field, and know no library.
"""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db.models import FileField, Model


class FieldAdapter:
    """A plain field of Django's. A shop derives from it for one of its own, and registers that."""

    # Whether each row says for itself in which storage its file is.
    has_storage_of_row = False

    def __init__(self, field: FileField) -> None:
        self.field = field

    @classmethod
    def is_for(cls, field: FileField) -> bool:
        """Whether it knows such a field. Asked of registered classes, the last one first."""
        raise NotImplementedError

    def storage_of(self, instance: Model) -> Storage:
        """Where the row's file is; asked only with ``has_storage_of_row``."""
        return self.field.storage

    def storages(self) -> list[Storage]:
        """All storages in which a row's file may be. Several with ``has_storage_of_row``."""
        return [self.field.storage]

    def columns(self, file: "File[bytes]", size: tuple[int, int]) -> dict[str, Any]:
        """What further columns of the row say of a file of ``size`` (width, height) in pixels.

        Such as a hash or its length in bytes: they are written with the file's name. ``file`` has
        that name, and stands at its beginning.
        """
        return {}

    def columns_of_result(self) -> dict[str, Any]:
        """Columns that say of a picture what nobody can work out from its file, and their values
        for a result.

        Such as the point of interest. The original's own values are kept, and come back with it.
        """
        return {}

    def prepare(self, instance: Model) -> None:
        """Make what customers may ask for as soon as the row is saved as ``instance`` is.

        Called before a swap, perhaps several times; ``instance`` has the file and all columns that
        the swap will write, and must not be saved. A result for which it raises is held, an
        original is put back all the same.
        """

    def in_swap(self, pk: str) -> None:
        """Write what must change together with the row: in the same transaction, database only."""

    def clean(self, instance: Model, old: str) -> None:
        """Take away what was derived from the file ``old``, which ``instance`` no longer shows.

        Called after a swap, perhaps several times, unless another row shows ``old``. That file
        itself must stay: the run may come back to it.
        """


def is_a(field: object, path: str) -> bool:
    """Whether the class of ``field`` is, or derives from, the one with this dotted path."""
    return any(f"{kind.__module__}.{kind.__qualname__}" == path for kind in type(field).__mro__)
