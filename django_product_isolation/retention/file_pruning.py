"""Removing files that nobody needs any more: unused results, and originals that were let go.

Deletes only what our rows recorded. The row gives the name up first, in one conditional UPDATE
next to an event that keeps it, so that no restore can end at a file that is gone, and a crash
leaves nothing but a file that the next start removes.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    StorageFailed,
    StorageUnfaithful,
    Target,
    is_ours,
    may_be_same,
    shortages_as_failures,
)
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason

from .references import derivations_of, in_use, is_kept, shared_sources

logger = logging.getLogger("django_product_isolation")

CHUNK = 100
# So many failures in a row mean that the storage is away, rather than that one file is odd.
MAX_FAILURES = 3


class StorageAway(Exception):
    """The storage failed again and again: the rest is left to the next start."""


@dataclass(frozen=True)
class Role:
    """What a file is to a run: the column that names it, and the statuses that leave it behind."""

    name: str
    column: str
    digest: str  # the column of its SHA-256
    statuses: frozenset[Status]
    reason: Reason


ENDED = frozenset(set(Status) - OPEN_STATUSES)
RESULT = Role("result", "result_name", "result_sha256", ENDED, Reason.RESULT_PRUNED)
# Only a swap of ours leaves an original behind: after every other end the shop has it in hand.
SWAPPED = frozenset({Status.APPLIED})
ORIGINAL = Role("original", "source_name", "source_sha256", SWAPPED, Reason.ORIGINAL_PRUNED)


@dataclass
class Tally:
    """What was done, or in a dry run would be."""

    results: int = 0
    originals: int = 0
    size: int = 0  # bytes of both, as far as the storage could tell
    gone: int = 0  # files that were missing already
    failed: int = 0  # files that the storage did not give or did not delete
    runs: int = 0
    batches: int = 0
    selections: int = 0
    counted: set[tuple[str, str]] = field(default_factory=set, repr=False)


@dataclass
class Stored:
    """A file that a run recorded: in a column, or after that in an event."""

    run: IsolationRun
    name: str
    sha256: str = ""  # of what it held; "" where nobody wrote that down
    given_up: bool = False  # only an event names it
    size: int | None = None
    missing: bool = False
    place: Target | None = None  # whose storage has it


@dataclass
class FilePruning:
    """The files of one role that the runs of one image field have left behind by ``cutoff``."""

    target: Target
    role: Role
    cutoff: datetime
    tally: Tally
    tell: Callable[[str], None]
    dry_run: bool = False
    failures: int = 0  # one after the other

    def run(self) -> None:
        """Go through all of them, a chunk at a time. A storage that is away ends it early."""
        for chunks in (self.left_over(), self.unused()):
            self.failures = 0
            try:
                for files in chunks:
                    self.prune(files)
            except StorageAway:
                logger.warning("prune_stopped model=%s role=%s", self.target.label, self.role.name)

    def left_over(self) -> Iterator[list[Stored]]:
        """Files that only an event names: never taken in, or given up by an interrupted start."""
        begun = Q(reason=self.role.reason)
        if self.role is RESULT:
            begun |= Q(reason="", at__lte=self.cutoff)
        events = RunEvent.objects.filter(begun, kind=RunEvent.Kind.LEFTOVER, **self.field("run__"))
        named = events.exclude(detail=F("run__result_name")).select_related("run")
        for chunk in in_chunks(named):
            yield [
                Stored(event.run, event.detail, self.digest(event.run, event), given_up=True)
                for event in chunk
            ]

    def unused(self) -> Iterator[list[Stored]]:
        """Files that ended runs name."""
        ended = IsolationRun.objects.filter(
            status__in=self.role.statuses,
            status_since__lte=self.cutoff,
            due_at=None,
            **self.field(),
        ).exclude(**{self.role.column: ""})
        for chunk in in_chunks(ended):
            yield [Stored(run, getattr(run, self.role.column), self.digest(run)) for run in chunk]

    def digest(self, run: IsolationRun, event: RunEvent | None = None) -> str:
        """What the file held. Of one that was never taken in, the run knows no more."""
        was_taken_in = event is None or event.reason == self.role.reason
        return str(getattr(run, self.role.digest)) if was_taken_in else ""

    def field(self, prefix: str = "") -> dict[str, str]:
        return {
            f"{prefix}batch__model_label": self.target.label,
            f"{prefix}batch__field_name": self.target.field.name,
        }

    def prune(self, files: list[Stored]) -> None:
        """Delete those that nobody needs, or in a dry run say which."""
        free = [
            file
            for file in self.not_needed(files)
            if not is_kept(self.target, file.run, file.name, self.role.name)
            and self.tried(self.holds_what_was_recorded, file)
        ]
        if self.dry_run:
            for file in free:
                self.count(file)
            return
        given_up = self.give_up(free)
        needed = in_use({file.name for file in given_up}, self.target)
        deleted: list[Stored] = []
        try:
            for file in given_up:
                if file.name in needed or self.shows(file):
                    self.take_back(file)
                elif self.tried(self.delete, file):
                    deleted.append(file)
                    self.count(file)
        finally:
            self.events(deleted).update(kind=RunEvent.Kind.PRUNED, at=timezone.now())

    def not_needed(self, files: list[Stored]) -> list[Stored]:
        """Each name once, and only by the first of the runs that began with it."""
        # Sorted here: MariaDB has an order of its own for UUIDs.
        by_key = sorted(files, key=lambda file: file.run.pk, reverse=True)
        by_name = {file.name: file for file in by_key}
        made = derivations_of(set(by_name), self.target.adapter.storages())
        sources = [one for one in made if one.status == Status.APPLIED]
        needed = in_use(set(by_name), self.target)
        if self.role is ORIGINAL:
            needed |= shared_sources(made)
        # What a run began with goes by the age of originals, in whatever other role it stands.
        needed |= {s.source for s in sources if self.role is RESULT or s.since > self.cutoff}
        others = {(s.source, s.pk) for s in sources}
        return [
            file
            for name, file in by_name.items()
            if name not in needed
            and file.run.pk == min([file.run.pk, *(pk for source, pk in others if source == name)])
        ]

    def tried(self, step: Callable[[Stored], bool], file: Stored) -> bool:
        """Whether ``step`` did what it should. Raises StorageAway."""
        try:
            with shortages_as_failures():
                done = step(file)
        except StorageFailed as error:
            logger.warning("prune_failed run=%s error=%s", file.run.pk, error)
            self.tell(f"storage failed ({error}), {self.role.name} kept: {file.name}")
            self.tally.failed += 1
            self.failures += 1
            if self.failures >= MAX_FAILURES:
                raise StorageAway from None
            return False
        self.failures = 0
        return done

    def holds_what_was_recorded(self, file: Stored) -> bool:
        """Also where the file is gone already. Raises StorageFailed.

        Names of the shop's may come again, and where uploads overwrite, ours may be given away.
        Where nobody wrote down what a file held, its name has to say that we made it.
        """
        is_known = bool(file.sha256) or self.role is ORIGINAL
        if not is_known and not is_ours(file.name):
            return False
        is_missing = [self.is_missing(place, file, is_known) for place in self.target.places()]
        file.missing = all(is_missing)
        return file.missing or file.place is not None

    def is_missing(self, place: Target, file: Stored, is_known: bool) -> bool:
        """Whether that storage has no file of the name. The recorded one has its place there."""
        try:
            if not is_known or place.fingerprint(file.name).sha256 == file.sha256:
                file.size = place.size_of(file.name)
                file.place = place
        except FileMissing:
            if place.is_there(file.name):
                raise StorageUnfaithful("a file was missing and there") from None
            return True
        except FileTooLarge:
            pass
        return False

    @retry_on_conflict
    def give_up(self, files: list[Stored]) -> list[Stored]:
        """Have the runs forget the names, and events keep them; leaves out runs that went on."""
        with transaction.atomic():
            return [file for file in files if file.given_up or self.forget(file)]

    def forget(self, file: Stored) -> bool:
        seen = {"pk": file.run.pk, "status": file.run.status, "due_at": None}
        run = IsolationRun.objects.filter(**seen, **{self.role.column: file.name})
        if not run.update(**{self.role.column: ""}):
            return False
        file.run.record(RunEvent.Kind.LEFTOVER, self.role.reason, file.name)
        return True

    def shows(self, file: Stored) -> bool:
        """Whether the run's own image has come back to the file in this very moment."""
        current = self.target.current_name(file.run.object_pk) or ""
        return may_be_same(current, file.name)

    @retry_on_conflict
    def take_back(self, file: Stored) -> None:
        """Somebody came back to the file: the run knows it as before."""
        with transaction.atomic():
            if self.events([file]).filter(reason=self.role.reason).delete()[0]:
                run = IsolationRun.objects.filter(pk=file.run.pk, **{self.role.column: ""})
                run.update(**{self.role.column: file.name})

    def delete(self, file: Stored) -> bool:
        # Nobody has seen what a missing file holds: should it be there after all, it stays.
        if file.place is not None:
            file.place.delete(file.name)
        return True

    def events(self, files: list[Stored]) -> QuerySet[RunEvent]:
        """The events that keep the names of ``files``."""
        return RunEvent.objects.filter(
            kind=RunEvent.Kind.LEFTOVER,
            run__in=[file.run.pk for file in files],
            detail__in=[file.name for file in files],
        )

    def count(self, file: Stored) -> None:
        # What is one run's result may be another one's original: a dry run meets it twice.
        # And by the column: the runs may have been ordered through different lists of the shop's.
        counted = (self.target.column, file.name)
        if file.missing or counted in self.tally.counted:
            self.tally.gone += 1
            return
        self.tally.counted.add(counted)
        if self.role is RESULT:
            self.tally.results += 1
        else:
            self.tally.originals += 1
        self.tally.size += file.size or 0
        self.tell(f"{self.role.name}: {file.name}")


def in_chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows in the order of their keys, each chunk read when it is its turn."""
    rows = rows.order_by("pk")
    last: Model | None = None
    while chunk := list((rows.filter(pk__gt=last.pk) if last else rows)[:CHUNK]):
        yield chunk
        last = chunk[-1]
