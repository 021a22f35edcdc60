"""Putting a checked result into the shop's storage, so that no file of it is ever unknown."""

import logging
import time
from posixpath import splitext
from typing import BinaryIO

from django.core.files.base import File
from django.db import DatabaseError, InterfaceError, connections, router

from django_product_isolation.database.outages import is_away
from django_product_isolation.host import (
    MakesRoom,
    NameTaken,
    PathRefused,
    StorageFailed,
    StorageUnfaithful,
    Target,
    is_cut,
    is_ours,
    mark_of,
    result_filename,
)
from django_product_isolation.imaging import ImageFacts, sha256_of
from django_product_isolation.models import IsolationRun, LeaseLost, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention.references import is_referenced

logger = logging.getLogger("django_product_isolation")

RECONNECT_PAUSES = (0.0, 1.0, 4.0)  # seconds
# Attempts, over a quarter of an hour, after which a file that is not shown is none that comes late.
MAX_UNSEEN = 20


def store_result(
    run: IsolationRun, target: Target, result: BinaryIO, facts: ImageFacts
) -> tuple[str, str]:
    """Store the result and return its name and SHA-256, read back from the storage.

    The name is written down before the file, so that a crash in between leaves no unknown file;
    but where the storage chooses another name, nobody knows that before the file is there.
    Raises NameTaken when that is, or may become, a name of somebody else's.
    """
    digest, _size = sha256_of(result)
    if run.result_name and is_stored(target, run.result_name, digest):
        return run.result_name, digest
    path = last_path = name_of_last_try(run, target, facts.extension)
    if not path:
        filename = result_filename(facts.extension)
        path = target.path_for(run.object_pk, filename, beside=run.source_name)
        run.update_fields(result_name=path)
    try:
        name = target.store(path, File(result))
    except StorageFailed:
        # A part of a picture would fill a disk that is full. Without the lease, which is good for
        # another minute now, somebody else may have shown what lies there.
        if run.lease_owner and IsolationRun.objects.renew(run.pk, run.lease_owner):
            take_away(target, path)
        raise
    if name != path:
        if last_path:
            run.record(RunEvent.Kind.LEFTOVER, detail=last_path)
        if mark_of(name) != mark_of(path) and is_anothers(target, name, path, digest):
            raise NameTaken(name)
        keep_other_name(run, name)
    stored = target.find_fingerprint(name)
    if stored is None and run.attempts < MAX_UNSEEN:  # some show later what they took
        raise StorageFailed("the storage does not have yet what it was given")
    if stored is None or stored.sha256 != digest:
        raise StorageUnfaithful("the storage returned other bytes than it was given")
    return name, digest


def name_of_last_try(run: IsolationRun, target: Target, extension: str) -> str:
    """The name that the last try had, where it ended for good and no part of its file is left.

    "" where a new one is needed. What may still be there is noted, to be pruned.
    """
    name = run.result_name
    if not is_ours(name):
        return ""
    # Who was killed at it, hangs, or lost the lease may still be writing.
    lost = run.events.filter(reason=Reason.WORKER_LOST, at__gte=run.status_since)
    has_ended = run.reason == Reason.STORAGE_FAILED and not lost.exists()
    if has_ended and splitext(name)[1] == extension and take_away(target, name):
        return name
    run.record(RunEvent.Kind.LEFTOVER, detail=name)
    return ""


def take_away(target: Target, name: str) -> bool:
    """Whether nothing is left of an unfinished file, whose name nobody but the storage was told."""
    try:
        if target.is_there(name):
            target.delete(name)
        return not target.is_there(name)
    except StorageFailed:
        return False


def is_anothers(target: Target, name: str, path: str, digest: str) -> bool:
    """Whether a name without the mark of ``path`` may be that of a file which was there before,
    or will be that of the next result, which then must not find this one shown.

    With another mark of ours it is that of another result.
    """
    if is_ours(name) or is_cut(name, path) or is_referenced(name, unless_result=digest):
        return True
    return not is_stored(target, name, digest)


def why_taken(error: NameTaken) -> tuple[Reason, str]:
    """Why a storage is given no result, and what a developer has to know of it."""
    if isinstance(error, MakesRoom):
        return Reason.MAKES_ROOM, str(error)[:500]
    if isinstance(error, PathRefused):
        return Reason.NAME_REFUSED, str(error)[:500]
    return Reason.NAME_TAKEN, ""


def keep_other_name(run: IsolationRun, name: str) -> None:
    """Write down the name that the storage chose, also where the database is away for a moment:
    nobody else knows of the file.

    Raises LeaseLost; even then the file is known.
    """
    for pause in RECONNECT_PAUSES:
        try:
            return note_name(run, name)
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
        connections[router.db_for_write(IsolationRun)].close()
        time.sleep(pause)
    try:
        note_name(run, name)
    except (DatabaseError, InterfaceError):
        logger.error("file_unrecorded run=%s name=%s", run.pk, name)
        raise


def note_name(run: IsolationRun, name: str) -> None:
    try:
        run.update_fields(result_name=name)
    except LeaseLost:
        run.record(RunEvent.Kind.LEFTOVER, detail=name)
        raise


def is_stored(target: Target, name: str, digest: str) -> bool:
    """Whether the storage has a file of that name with those bytes."""
    stored = target.find_fingerprint(name)
    return stored is not None and stored.sha256 == digest
