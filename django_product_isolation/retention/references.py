"""Which stored files somebody still needs: the shop holds them, or a run may come back to them.

Asks the database only. Names that may mean one file count as one, however they are written.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.files.storage import Storage
from django.db.models import QuerySet

from django_product_isolation.host import (
    CannotAsk,
    Column,
    NameSearch,
    Target,
    referenced,
    searches,
)
from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import file_pruning

logger = logging.getLogger("django_product_isolation")


def in_use(names: set[str], target: Target | None = None) -> set[str]:
    """Those of ``names`` that the shop holds, or from which a run or a restore leads there.

    An image that was isolated twice is put back step by step: so what a result was made of is
    needed for as long as that result is. ``target`` is the field whose storage has the files:
    with it, columns count too that write the same file in another way. Raises CannotAsk.
    """
    storages = target.adapter.storages() if target else []
    busy: set[str] = set()
    sources: dict[str, set[str]] = {}  # of each result
    seen, unseen = set(names), set(names)
    while unseen:
        busy |= referenced(unseen, storages) | used_by_open_runs(unseen, storages)
        made = [one for one in derivations_of(unseen - busy, storages) if one.result]
        for one in made:
            sources.setdefault(one.result, set()).add(one.source)
        unseen = {one.result for one in made} - seen
        seen |= unseen
    return names & with_ancestors(busy, sources)


def with_ancestors(ends: Iterable[str], sources: dict[str, set[str]]) -> set[str]:
    """``ends`` and all that they were made of, and that of, and so on."""
    found: set[str] = set()
    unseen = set(ends)
    while unseen:
        found |= unseen
        unseen = {source for name in unseen for source in sources.get(name, ())} - found
    return found


def is_referenced(name: str, *, unless_result: str) -> bool:
    """Whether anybody knows a file of that name, or whether that cannot be found out.

    A storage that names files by their contents gives the same result the same name: a result
    with the SHA-256 ``unless_result`` is nobody else's.
    """
    runs = IsolationRun.objects.order_by()
    if runs.filter(result_name=name, result_sha256=unless_result).exists():
        return False
    try:
        return bool(derivations_of({name})) or bool(in_use({name}))
    except CannotAsk:
        return True


def used_by_open_runs(names: set[str], storages: Collection[Storage]) -> set[str]:
    """Those that an open run began with or has brought in."""
    runs = IsolationRun.objects.open()
    return {
        name
        for column in ("source_name", "result_name")
        for search, found in runs_naming(column, names, storages, runs)
        for name in search.meant_by(set(found.values_list(column, flat=True)))
    }


def runs_naming(
    column: str,
    names: Collection[str],
    storages: Collection[Storage],
    runs: "QuerySet[IsolationRun]",
) -> Iterator[tuple[NameSearch, "QuerySet[IsolationRun]"]]:
    """Those of ``runs`` that have one of ``names``, and what tells of which the run's own means it.

    With ``storages``, where the files are, oddly written ones count too.
    """
    holds: Any = IsolationRun._meta.get_field(column)
    asked = Column(IsolationRun, column, holds, is_array=False)
    for search in searches(names, storages):
        yield search, runs.filter(search.plainly(asked)).order_by()
        if storages:
            yield search, runs.filter(search.oddly(asked)).order_by()


def is_kept(target: Target, run: IsolationRun, name: str, role: str) -> bool:
    """Whether code of the shop's wants the file kept, or fails and so cannot say."""
    answers = file_pruning.send_robust(target.model, run=run, name=name, role=role)
    for _receiver, answer in answers:
        if isinstance(answer, Exception):
            logger.warning("prune_unanswered run=%s error=%s", run.pk, type(answer).__name__)
    return any(answer for _receiver, answer in answers)


class Derivation(NamedTuple):
    """That a result was made of a source, and what became of it since when."""

    source: str
    result: str
    status: str
    since: datetime
    pk: uuid.UUID
    column: int | None  # with the row's key: which image it was
    row: str


def shared_sources(made: Iterable[Derivation]) -> set[str]:
    """The sources of more than one image, which may be a placeholder: the shop's code may have a
    new row show it at any time."""
    images = {(one.source, one.column, one.row) for one in made}
    return {name for name, n in Counter(source for source, *_ in images).items() if n > 1}


def derivations_of(names: set[str], storages: Collection[Storage] = ()) -> list[Derivation]:
    """What the runs that began with one of ``names`` made of it, in whatever way they write it.

    Of any status: a form that was opened before a restore may have brought its result back.
    """
    about = ("result_name", "status", "status_since", "pk", "image_column", "object_pk")
    runs = IsolationRun.objects.all()
    return list(
        {
            Derivation(name, *values): None
            for search, found in runs_naming("source_name", names, storages, runs)
            for source, *values in found.values_list("source_name", *about)
            for name in search.meant_by({source})
        }
    )
