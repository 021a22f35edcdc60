"""Reading the host's rows without opening their files.

Django opens the file of an image field whose dimension columns are empty when a row is read.
"""

from collections.abc import Iterator
from typing import Any
from weakref import ReferenceType

from django.db import router
from django.db.models import FileField, ImageField, Model, QuerySet
from django.db.models.fields.files import FileDescriptor
from django.db.models.signals import post_init

CHUNK = 2000  # keys read at a time
FOR_ALL = id(None)  # the sender of a receiver that wants every model
READ_NOTHING = ("django.", "imagekit.")  # imagekit's looks at no value of a field


def without_dimensions(model: type[Model]) -> QuerySet[Any]:
    """The rows of the model's base manager, with image fields that have dimension columns deferred.

    For rows that are handed to code of the shop's, whose manager says what they are made of: their
    class, what is read with them. Django opens the file of such a field when a row with empty
    dimensions is read.
    """
    return unopened(model._base_manager.all())


def named(instance: Model) -> Model:
    """The same row, which also knows the names in the image fields that were left out."""
    left_out = [name for name in opening_fields(type(instance)) if name not in vars(instance)]
    rows = written_rows(type(instance)).filter(pk=instance.pk)
    if left_out and (names := rows.values(*left_out).first()):
        vars(instance).update(names)  # as text, of which Django opens no file
    return instance


def shown_rows(model: type[Model]) -> QuerySet[Any]:
    """The rows that the shop's default manager shows, read like those of ``without_dimensions``.

    What is chosen, sent and paid for comes from here: a row in the shop's bin is none.
    """
    return unopened(model._default_manager.all())


def unopened(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, read without the image fields whose file Django would open."""
    return rows.defer(*opening_fields(rows.model))


def opening_fields(model: type[Model]) -> list[str]:
    """The image fields whose file Django opens when a row is read, and that may be left out.

    None of a model that looks at its fields while a row is made: Django would read a deferred one
    into another row that is made, which looks at its own, and so on without end.
    """
    if looks_at_itself(model):
        return []
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, ImageField) and any(dimension_names(field)) and may_be_left_out(field)
    ]


def may_be_left_out(field: ImageField) -> bool:
    """Whether a deferred value is read when somebody asks for it: not all libraries do so."""
    return field.descriptor_class.__get__ is FileDescriptor.__get__


def looks_at_itself(model: type[Model]) -> bool:
    """Whether code of the shop's runs whenever a row of the model is read."""
    own: Any = model.from_db
    is_plain = model.__init__ is Model.__init__ and own.__func__ is vars(Model)["from_db"].__func__
    return not is_plain or any(not reads_nothing(receiver) for receiver in receivers_of(model))


def receivers_of(model: type[Model]) -> Iterator[Any]:
    """What is called after a row of this model was made, also where it is for all models."""
    for (_id, sender), receiver, *_more in post_init.receivers:
        if sender in (id(model), FOR_ALL):
            yield receiver() if isinstance(receiver, ReferenceType) else receiver


def reads_nothing(receiver: Any) -> bool:
    return receiver is None or (getattr(receiver, "__module__", None) or "").startswith(
        READ_NOTHING
    )


def read_keys(rows: QuerySet[Any], most: int) -> tuple[list[Any], int]:
    """The first ``most`` primary keys, each once, and how many further rows there are.

    Joins may give a row several times: it counts once.
    """
    keys = rows.values_list("pk", flat=True)
    first = list(keys[: most + 1])
    found = list(dict.fromkeys(first))
    if len(found) < len(first) > most:  # repeated within what was read: others come later
        found = distinct_keys(keys, most + 1)
    unread = count_rows(keys) - most if len(found) > most else 0
    return found[:most], unread


def distinct_keys(keys: QuerySet[Any], most: int) -> list[Any]:
    """The first ``most`` different ones."""
    found: dict[Any, None] = {}
    for key in keys.iterator(chunk_size=CHUNK):
        found[key] = None
        if len(found) == most:
            break
    return list(found)


def count_rows(keys: QuerySet[Any]) -> int:
    """How many different ones ``keys`` hold."""
    if keys.query.is_sliced or keys.query.combinator:  # of which Django makes no other query
        return len(set(keys))
    return keys.order_by().distinct().count()


def dimension_names(field: FileField) -> tuple[str | None, str | None]:
    """What Django writes width and height to, None for neither: columns, or any attributes."""
    return getattr(field, "width_field", None), getattr(field, "height_field", None)


def all_rows(model: type[Model]) -> QuerySet[Any]:
    """All rows, also those that the shop hides, by Django's own queryset.

    What it answers decides what is swapped and paid. A queryset of the shop's may answer anything:
    an ``update`` that stamps its rows often says nothing of how many there were.
    """
    return QuerySet(model)


def written_rows(model: type[Model]) -> QuerySet[Any]:
    """The same, where they are written."""
    return where_written(all_rows(model))


def where_written(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, read where they are written to: replicas and caches may be behind."""
    rows = rows.using(router.db_for_write(rows.model))
    # Read in order to be written, as Django has it: django-cacheops hands out no copies of such.
    rows._for_write = True  # type: ignore[attr-defined]
    return rows
