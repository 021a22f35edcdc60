"""Trying out, with a row that no shop has, how a field names its files.

For checks alone: such code is the shop's own, and may do more than name.
"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import Storage
from django.db.models import DateField, Field, FileField, Model
from django.utils import timezone

from .dry_run import untouched, without_database
from .names import NameTooLong, PathRefused, has_plain_folder, placed, result_filename, tells_apart
from .storage import overwrites

# Whoever does this while a file is named makes room for it.
DELETING = frozenset({"delete", "remove", "unlink"})
LONGEST = ".webp"  # no ending of a result is longer
DEPTH = 2  # of related rows, such as the product's category


def uploads_meet(field: FileField) -> bool:
    """Whether a second file for a row is likely to take the place of the first.

    False where that cannot be found out: code that names files may want a real row, or write one.
    """
    if has_plain_folder(field):
        return False
    code = getattr(field.upload_to, "__code__", None)
    if DELETING & set(getattr(code, "co_names", ())):
        return True
    try:
        with untouched(field.storage), without_database():
            row = made_up(field.model, DEPTH)
            first, second = (
                field.generate_filename(row, f"{uuid.uuid4().hex}.jpg") for _ in range(2)
            )
        return str(first) == str(second) and not keeps_both(field.storage)
    except Exception:  # the shop's own code
        return False


def room_needed(field: FileField) -> int:
    """How long names of ours get in the folder that ``upload_to`` names, in characters; in a
    dated one, on whichever day makes the longest.

    Where ``upload_to`` is code, which no row is at hand for, as if it named no folder.
    """
    name = result_filename(LONGEST)
    if not has_plain_folder(field):
        return len(name)
    try:
        with untouched(field.storage):
            placed_now = placed(field, "", name)
    except NameTooLong as error:
        placed_now = str(error)
    except Exception:  # the shop's own storage
        return len(name)
    today = datetime.now()
    folders = [
        len((today + timedelta(days=days)).strftime(str(field.upload_to))) for days in range(366)
    ]
    return len(placed_now) + max(folders) - folders[0]


def cuts_names_short(field: FileField) -> bool:
    """Whether the storage is known to leave too little of our names to tell them apart.

    Raises MakesRoom where it deletes others meanwhile.
    """
    with suppress(PathRefused):  # which may be about the folder alone, and runs find it unpaid
        return not tells_apart(field.storage, result_filename(LONGEST), field.max_length or 0)
    return False


def keeps_both(storage: Storage) -> bool:
    """Whether a storage is known to find another name for a file whose name is taken."""
    known = storage.get_available_name.__module__.startswith(("django.", "storages."))
    return known and not overwrites(storage)


def made_up(model: type[Model], depth: int) -> Model:
    """A row, never saved, with values that no other has. Raises what the model's code raises."""
    row = model()
    for field in model._meta.concrete_fields:
        if field.remote_field:
            if depth and field.related_model:
                setattr(row, field.name, made_up(field.related_model, depth - 1))
        elif (value := made_up_value(field)) is not None:
            setattr(row, field.attname, value)
    return row


def made_up_value(field: "Field[Any, Any]") -> Any:
    """None for kinds that need no value, or take none that is made up."""
    kind, own = field.get_internal_type(), uuid.uuid4()
    if isinstance(field, FileField):
        return None
    if kind in {"CharField", "SlugField", "TextField"}:
        return own.hex[: field.max_length]
    if kind.endswith(("IntegerField", "AutoField")):
        return own.int >> 100
    if kind == "UUIDField":
        return own
    return timezone.now() if isinstance(field, DateField) else None
