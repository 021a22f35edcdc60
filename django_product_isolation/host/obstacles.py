"""What a shop may have that keeps a field from being isolated safely.

Asked before anything costs, by the system checks and by everything that begins runs. What was
begun before goes on, and originals can be put back.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, router

from django_product_isolation.database.mysql_tables import without_transactions

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
        or keeps_files_by_row(target)
    )


def in_another_database(target: "Target") -> Obstacle | None:
    """A swap and the run's status are written in one transaction of the default database.

    A router that breaks, as some do outside of a request, is one that workers cannot ask.
    """
    ours = apps.get_model("product_isolation.IsolationRun")  # by its name: it stands on this folder
    if {written_to(target.field.model), written_to(ours)} == {DEFAULT_DB_ALIAS}:
        return None
    return Obstacle(
        "product_isolation.E012",
        f"{target.model._meta.label} and the tables of product isolation are not both in the "
        f'database "{DEFAULT_DB_ALIAS}", so an image and the state of its run could differ after '
        "a crash.",
        f'Have DATABASE_ROUTERS write both to "{DEFAULT_DB_ALIAS}", or name the model no longer.',
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
