"""Whether a field's rows say for themselves where their files are, by code of the shop's.

Django gives each file the storage of its field. A file class, or what sits on the model in a
field's place, may give it another one for each row, such as one for private pictures.
"""

import dis
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from django.db.models import FileField


def chooses_storage(field: FileField) -> bool:
    """Whether another storage may have a row's file than the field's own, as far as code tells."""
    return any(gives_storage(kind) for kind in own_classes(field))


def own_classes(field: FileField) -> Iterator[type]:
    """The classes that stand between a row and its file, but for Django's own."""
    for kind in (field.attr_class, field.descriptor_class):
        yield from (one for one in kind.__mro__[:-1] if not one.__module__.startswith("django."))


def gives_storage(kind: type) -> bool:
    """Whether a class says what the storage is, or sets it somewhere."""
    own = vars(kind)
    return "storage" in own or any(map(sets_storage, own.values()))


def sets_storage(method: Any) -> bool:
    if not isinstance(method, FunctionType):
        return False
    steps = dis.get_instructions(method)
    return any(step.opname == "STORE_ATTR" and step.argval == "storage" for step in steps)
