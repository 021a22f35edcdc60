"""Field adapters: one small class for each kind of image field, found by the field's class."""

from typing import TypeVar

from django.db.models import FileField

from .base import FieldAdapter, is_a
from .filer import FilerAdapter
from .pictures import PictureAdapter
from .stdimage import StdImageAdapter
from .versatileimagefield import VersatileImageAdapter

__all__ = ["FieldAdapter", "adapter_for", "is_a", "register"]

Kind = TypeVar("Kind", bound=type[FieldAdapter])
# Libraries that are not installed are not imported.
_kinds: list[type[FieldAdapter]] = [
    FilerAdapter,
    PictureAdapter,
    StdImageAdapter,
    VersatileImageAdapter,
]


def register(kind: Kind) -> Kind:
    """Have fields that ``kind`` knows treated by it; a decorator."""
    if kind not in _kinds:
        _kinds.append(kind)
    return kind


def adapter_for(field: FileField) -> FieldAdapter:
    """The adapter of a field: of the class registered last that knows it."""
    return next(
        (kind(field) for kind in reversed(_kinds) if kind.is_for(field)), FieldAdapter(field)
    )
