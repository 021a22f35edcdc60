"""What a shop may have that keeps a field from being isolated safely.

Asked before anything costs, by the system checks and by everything that begins runs. What was
begun before goes on, and originals can be put back.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, router
from django.db.models import Model

from django_product_isolation.database.mysql_tables import counts_equal_writes, without_transactions

from .access.safe_calls import answer
from .file_classes import chooses_storage
from .routing import written_to

if TYPE_CHECKING:
    from .targets import Target


@dataclass(frozen=True)
class Obstacle:
    """Why not, as a check says it."""

    id: str
    text: str
    hint: str

    def __str__(self) -> str:
        return f"{self.text} {self.hint}"


def lasting_obstacle(target: "Target") -> Obstacle | None:
    """The first thing that is in the way whenever it is asked, None when there is nothing."""
    return (
        commits_nothing(target)
        or translated(target)
        or keeps_other_names(target)
        or is_a_key_of_others(target)
        or keeps_files_by_row(target)
    )


def in_another_database(target: "Target") -> Obstacle | None:
    """A swap and the run's status are written in one transaction of the default database.

    A router that breaks, as some do outside of a request, is one that workers cannot ask.
    """
    ours = apps.get_model("product_isolation.IsolationRun")  # by its name: it stands on this folder
    if {written_to(target.field.model), written_to(ours)} == {DEFAULT_DB_ALIAS}:
        return referring_elsewhere()
    return Obstacle(
        "product_isolation.E012",
        f"{target.model._meta.label} and the tables of product isolation are not both in the "
        f'database "{DEFAULT_DB_ALIAS}", so an image and the state of its run could differ after '
        "a crash.",
        f'Have DATABASE_ROUTERS write both to "{DEFAULT_DB_ALIAS}", or name the model no longer.',
    )


def referring_elsewhere() -> Obstacle | None:
    """No database keeps a foreign key to another one: our tables could not be made, or not joined
    with the users whose names stand beside orders."""
    others = [m._meta.label for m in models_referred_to() if written_to(m) != DEFAULT_DB_ALIAS]
    if not others:
        return None
    return Obstacle(
        "product_isolation.E012",
        f"The tables of product isolation refer to {', '.join(others)}, which is not in the "
        f'database "{DEFAULT_DB_ALIAS}".',
        f'Have DATABASE_ROUTERS write it to "{DEFAULT_DB_ALIAS}", or name no models in IMAGES.',
    )


@cache
def models_referred_to() -> tuple[type[Model], ...]:
    """Models of others that foreign keys of ours lead to, such as the shop's users."""
    ours = apps.get_app_config("product_isolation")
    fields = [field for model in ours.get_models() for field in model._meta.concrete_fields]
    found = dict.fromkeys(field.related_model for field in fields if field.related_model)
    return tuple(
        model for model in found if isinstance(model, type) and model._meta.app_label != ours.label
    )


def commits_nothing(target: "Target") -> Obstacle | None:
    """That a request is paid for is committed before it leaves, or it would be sent again."""
    if connections[DEFAULT_DB_ALIAS].settings_dict["AUTOCOMMIT"]:
        return None
    return Obstacle(
        "product_isolation.E045",
        f'DATABASES["{DEFAULT_DB_ALIAS}"] has AUTOCOMMIT = False, so no other worker would see '
        f"that an image of {target.model._meta.label} was sent: it would be paid for again and "
        "again.",
        "Leave AUTOCOMMIT away, as Django has it, and use transaction.atomic() in code of yours.",
    )


def obstacle_in_tables(target: "Target") -> Obstacle | None:
    """The first thing that is in the way as the database alone knows it."""
    return knows_no_transactions(target) or counts_changes_alone(target)


def knows_no_transactions(target: "Target") -> Obstacle | None:
    """A swap and the run's status are written in one transaction, of which both tables know."""
    ours = apps.get_model("product_isolation.IsolationRun")
    tables = {target.field.model._meta.db_table, ours._meta.db_table}
    found = without_transactions(DEFAULT_DB_ALIAS, tables)
    if not found:
        return None
    return Obstacle(
        "product_isolation.E012",
        f"A table knows of no transactions: {', '.join(found)}. So an image of "
        f"{target.model._meta.label} and the state of its run could differ after a crash.",
        "Convert it: ALTER TABLE … ENGINE=InnoDB. Or name the model no longer.",
    )


def counts_changes_alone(target: "Target") -> Obstacle | None:
    """Every step is an UPDATE on a condition, which says by its count whether that held."""
    rows = apps.get_model("contenttypes.ContentType").objects.using(DEFAULT_DB_ALIAS)
    try:
        if counts_equal_writes(rows.all()):
            return None
    except DatabaseError:  # a database without tables yet, and so without orders
        return None
    return Obstacle(
        "product_isolation.E053",
        f'The connection "{DEFAULT_DB_ALIAS}" counts the rows that an UPDATE changes, not those '
        f"that it finds, so steps with images of {target.model._meta.label} would be taken for "
        "failed, and never end.",
        'Leave "client_flag" out of OPTIONS, so that Django sets it, or add CLIENT.FOUND_ROWS to '
        "it. A proxy in between has to pass it on.",
    )


def translated(target: "Target") -> Obstacle | None:
    """django-modeltranslation: the field is another column in each language."""
    columns = [
        field.name
        for field in target.model._meta.concrete_fields
        if getattr(getattr(field, "translated_field", None), "name", None) == target.field.name
    ]
    if not columns:
        return None
    named = ", ".join(f'{{"field": "{name}"}}' for name in columns)
    return Obstacle(
        "product_isolation.E013",
        f"{target.model._meta.label}.{target.field.name} is translated: it is another image in "
        "each language.",
        f"Name the image of each language: [{named}].",
    )


def keeps_other_names(target: "Target") -> Obstacle | None:
    """A field whose column holds another text than the file's name: no query would find it."""
    name = "products/mug.jpg"
    if {answer(partial(ask, target.field, name), name) for ask in (as_kept, as_read)} == {name}:
        return None
    return Obstacle(
        "product_isolation.E015",
        f"{target.model._meta.label}.{target.field.name} keeps another text than the name of its "
        "file, so an image could not be looked up by its file.",
        "Have the storage add what stands before the name (its location), and the field keep names "
        "as Django's own does.",
    )


def is_a_key_of_others(target: "Target") -> Obstacle | None:
    """A foreign key to the file's name: whichever row had it would refer to a row that is not."""
    field = target.field
    found = [
        f"{model._meta.label}.{key.name}"
        for model in apps.get_models(include_auto_created=True)
        for key in model._meta.local_fields
        if any(field == known for known in getattr(key, "foreign_related_fields", ()))
    ]
    if not found:
        return None
    return Obstacle(
        "product_isolation.E054",
        f"{', '.join(found)} refers to {target.model._meta.label} by the name of its file "
        f'(to_field="{field.name}"), so no image could be shown in the place of another.',
        "Have it refer to the primary key, as foreign keys do without to_field.",
    )


def keeps_files_by_row(target: "Target") -> Obstacle | None:
    """Two storages may have a file of one name each: the other row's would be sent and paid for."""
    if target.adapter.has_storage_of_row or not chooses_storage(target.field):
        return None
    return Obstacle(
        "product_isolation.E047",
        f"The files of {target.model._meta.label}.{target.field.name} say for themselves in which "
        "storage they are, so another file of the same name could be sent and paid for.",
        "Register an adapter with has_storage_of_row that tells the storage of each row: see "
        '"A field of your own" in the documentation.',
    )


def as_kept(field: Any, name: str) -> str:
    return str(field.get_prep_value(name))


def as_read(field: Any, name: str) -> str:
    read = getattr(field, "from_db_value", None)
    connection = connections[router.db_for_write(field.model)]
    return str(read(name, None, connection)) if read else name
