"""The steps of an accepted run: asking for its end and bringing the result into our storage.

Links to results are never kept: they expire and open the file to anyone, and reading the run
again gives fresh ones (contract, section 2.2).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from django.core.files.base import File

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock
from django_product_isolation.fetching import FetchError, fetch
from django_product_isolation.host import (
    MAX_FILE_BYTES,
    SPOOL_BYTES,
    FileMissing,
    NameTaken,
    NameTooLong,
    StorageUnfaithful,
    Target,
    is_cut,
    is_ours,
    mark_of,
    result_filename,
)
from django_product_isolation.imaging.copies import (
    ImageFacts,
    ImageRejected,
    anomalies,
    sanitized,
    sha256_of,
)
from django_product_isolation.models import IsolationRun, LeaseLost, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention.references import is_held
from django_product_isolation.runflow import (
    AccountRefused,
    RateLimited,
    Refused,
    Run,
    RunflowClient,
    RunflowError,
    RunState,
)

from . import outages
from .account import connect, describe
from .fitting import NotAccepted, fitted
from .lookup import cost_of, count_look
from .outages import Place
from .retrying import put_off, retry
from .timing import MIN_LOOKUPS, MIN_POLLS, POLL_HORIZON, backoff, next_poll, seconds_from_now

DOWNLOAD_DEADLINE = 120.0
MAX_LINKS = 20  # fresh ones that may be refused, within about a quarter of an hour


def poll(run: IsolationRun) -> None:
    """processing -> collecting | failed | cancelled, or wait for Runflow to finish."""
    known = read(run, connect(run))
    if known is None:
        return
    if known.status == RunState.SUCCEEDED:
        run.move_to(Status.COLLECTING, due_at=seconds_from_now(0), cost=cost_of(run, known))
    elif known.status == RunState.FAILED:
        detail = f"{known.failure_code} {known.failure_message}".strip()
        cost = cost_of(run, known)
        run.move_to(Status.FAILED, reason=Reason.RUN_FAILED, detail=detail, cost=cost)
    elif known.status == RunState.CANCELLED:
        run.move_to(Status.CANCELLED, reason=Reason.RUN_CANCELLED, cost=cost_of(run, known))
    elif Place.RUNFLOW in run.known_outages:
        run.release_until(next_poll(clock.now()), attempts=0)  # what an outage ate does not count
    elif clock.now() - run.status_since > POLL_HORIZON and run.attempts >= MIN_POLLS:
        run.move_to(Status.HELD, reason=Reason.TOO_LONG)
    else:
        run.release_until(next_poll(run.status_since))


def read(run: IsolationRun, client: RunflowClient) -> Run | None:
    """Runflow's record of the run; None when it could not be read and the run was dealt with."""
    try:
        known = client.get_run(run.runflow_run_id or "")
    except RunflowError as error:
        if isinstance(error, Refused) and not isinstance(error, AccountRefused | RateLimited):
            miss(run, error)
        else:
            reason, give_up = Reason.NO_ANSWER, Reason.TOO_LONG
            put_off(run, Place.RUNFLOW, error, reason=reason, give_up=give_up)
        return None
    if run.answered_looks:
        run.update_fields(answered_looks=0, looked_at=None)
    return known


def miss(run: IsolationRun, error: RunflowError) -> None:
    """Wait for a run that Runflow knew once, until it has denied it often enough."""
    count_look(run)
    if run.answered_looks >= MIN_LOOKUPS:
        run.move_to(
            Status.HELD,
            reason=Reason.RUN_MISSING,
            detail=describe(error),
            answered_looks=0,
            looked_at=None,
        )
    else:
        run.release_until(backoff(run.attempts), reason=Reason.NO_ANSWER, detail=describe(error))


def collect(run: IsolationRun) -> None:
    """collecting -> ready: download the result, check it and store it under a new name."""
    client = connect(run)
    known = read(run, client)
    if known is None:
        return
    if known.status != RunState.SUCCEEDED:
        run.move_to(Status.PROCESSING, due_at=backoff(run.attempts))
    elif not known.output_urls:
        retry(run, Reason.OUTPUT_MISSING, limit=2)
    else:
        try:
            with download(client, known) as result:
                outages.answered(run, Place.RESULTS)
                ingest(run, known, result)
        except FetchError as error:
            refuse_download(run, error)
        except RunflowError as error:
            reason, give_up = Reason.NO_ANSWER, Reason.OUTPUT_UNAVAILABLE
            put_off(run, Place.RUNFLOW, error, reason=reason, give_up=give_up)
        except ImageRejected as error:
            # A cut transfer looks like a broken picture: one fresh download tells them apart.
            if run.attempts < 2:
                run.release_until(
                    backoff(run.attempts), reason=Reason.OUTPUT_UNREADABLE, detail=error.code
                )
            else:
                run.move_to(Status.FAILED, reason=Reason.OUTPUT_UNREADABLE, detail=error.code)


@contextmanager
def download(client: RunflowClient, known: Run) -> Iterator[BinaryIO]:
    """The first result as a local file. Raises FetchError."""
    with SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        file = cast("BinaryIO", spool)
        try:
            fetch_into(file, known.output_urls[0])
        except FetchError as error:
            if error.code != "link_refused":
                raise
            signed = client.get_run(known.id, add_signature=True)
            if not signed.output_urls:
                raise
            file.seek(0)
            file.truncate()
            fetch_into(file, signed.output_urls[0])
        file.seek(0)
        yield file


def fetch_into(file: BinaryIO, url: str) -> None:
    fetch(
        url,
        file,
        max_bytes=MAX_FILE_BYTES,
        deadline=DOWNLOAD_DEADLINE,
        local_origin=get_settings().BASE_URL,
    )


def refuse_download(run: IsolationRun, error: FetchError) -> None:
    """Record a download that did not work (reliability, step S7)."""
    if error.can_retry:
        reason, give_up = Reason.NO_ANSWER, Reason.OUTPUT_UNAVAILABLE
        put_off(run, Place.RESULTS, error, reason=reason, give_up=give_up)
        return
    outages.answered(run, Place.RESULTS)
    if error.code == "unsafe_address":
        run.move_to(Status.FAILED, reason=Reason.OUTPUT_UNSAFE, detail=error.code)
    elif error.code in {"too_large", "encoded"} and run.attempts >= 2:
        run.move_to(Status.FAILED, reason=Reason.OUTPUT_UNREADABLE, detail=error.code)
    else:
        retry(run, Reason.OUTPUT_UNAVAILABLE, error.code, limit=MAX_LINKS)


def ingest(run: IsolationRun, known: Run, result: BinaryIO) -> None:
    """Check the downloaded result and keep what customers may see of it and the field accepts.

    Raises ImageRejected and StorageFailed.
    """
    try:
        with sanitized(result) as clean:
            odd = anomalies(clean.file, clean.facts, run.batch.aspect_ratio)
            fit, more = fitted(run.target, run.object_pk, clean)
            name, digest = store_result(run, run.target, fit.file, fit.facts)
    except FileMissing:
        run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_DELETED)
        return
    except NameTooLong:
        run.move_to(Status.FAILED, reason=Reason.NAME_TOO_LONG)
        return
    except NameTaken:
        # Not kept as ours, whatever became of what lay there: pruning deletes what is ours.
        run.move_to(Status.HELD, reason=Reason.NAME_TAKEN, result_name="")
        return
    except NotAccepted as error:
        run.move_to(Status.HELD, reason=Reason.RESULT_REFUSED, detail=str(error)[:500])
        return
    if has_lost_original(run, run.target):
        kept: dict[str, Any] = {"result_name": name, "result_sha256": digest}
        run.move_to(Status.HELD, reason=Reason.ORIGINAL_MISSING, **kept)
        return
    odd += more
    reason = Reason.SEVERAL_RESULTS if len(known.output_urls) > 1 else ""
    if odd:
        reason = Reason.UNUSUAL
    review = run.review or bool(reason)
    run.move_to(
        Status.READY,
        reason=reason,
        detail=", ".join(odd),
        due_at=None if review else seconds_from_now(0),
        review=review,
        result_name=name,
        result_sha256=digest,
    )


def has_lost_original(run: IsolationRun, target: Target) -> bool:
    """Whether the image shows a file that is gone, maybe by code of the shop's that was asked.

    A review may come days later. Raises StorageFailed.
    """
    name = run.source_name
    is_shown = target.current_name(run.object_pk) == name
    return is_shown and not target.has(name) and target.find_fingerprint(name) is None


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
    if is_ours(run.result_name):
        run.record(RunEvent.Kind.LEFTOVER, detail=run.result_name)
    filename = result_filename(facts.extension)
    path = target.path_for(run.object_pk, filename, beside=run.source_name)
    run.update_fields(result_name=path)
    name = target.store(path, File(result))
    if name != path:
        if mark_of(name) != mark_of(path) and is_anothers(target, name, path, digest):
            raise NameTaken(name)
        keep_other_name(run, name)
    if not is_stored(target, name, digest):
        raise StorageUnfaithful("the storage returned other bytes than it was given")
    return name, digest


def is_anothers(target: Target, name: str, path: str, digest: str) -> bool:
    """Whether a name without the mark of ``path`` may be that of a file which was there before,
    or will be that of the next result, which then must not find this one shown.

    With another mark of ours it is that of another result.
    """
    if is_ours(name) or is_cut(name, path) or is_held(name, unless_result=digest):
        return True
    return not is_stored(target, name, digest)


def keep_other_name(run: IsolationRun, name: str) -> None:
    """Write down the name that the storage chose.

    Raises LeaseLost; even then the file is known.
    """
    try:
        run.update_fields(result_name=name)
    except LeaseLost:
        run.record(RunEvent.Kind.LEFTOVER, detail=name)
        raise


def is_stored(target: Target, name: str, digest: str) -> bool:
    """Whether the storage has a file of that name with those bytes."""
    stored = target.find_fingerprint(name)
    return stored is not None and stored.sha256 == digest
