"""The steps of an accepted run: asking for its end and bringing the result into our storage.

Links to results are never kept: they expire and open the file to anyone, and reading the run
again gives fresh ones (contract, section 2.2).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from django.core.files.base import File
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.fetching import FetchError, fetch
from django_product_isolation.host import (
    MAX_FILE_BYTES,
    SPOOL_BYTES,
    FileMissing,
    NameTooLong,
    StorageFailed,
    Target,
)
from django_product_isolation.images import (
    ImageFacts,
    ImageRejected,
    oddities,
    publishable,
    sha256_of,
)
from django_product_isolation.models import IsolationRun, LeaseLost, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    NotFound,
    Run,
    RunflowClient,
    RunflowError,
    RunState,
)

from .account import connect, describe, hold
from .files import find_fingerprint, result_filename, target_of
from .fitting import NotAccepted, fitted
from .retrying import retry, retry_for
from .timing import LOOKUP_HORIZON, POLL_HORIZON, backoff, next_poll, soon

DOWNLOAD_DEADLINE = 120.0


def poll(run: IsolationRun) -> None:
    """processing -> collecting | failed | cancelled, or wait for Runflow to finish."""
    known = read(run, connect())
    if known is None:
        return
    if known.status == RunState.SUCCEEDED:
        run.move_to(Status.COLLECTING, due_at=soon(), cost=known.cost)
    elif known.status == RunState.FAILED:
        detail = f"{known.failure_code} {known.failure_message}".strip()[:500]
        run.move_to(Status.FAILED, reason=Reason.RUN_FAILED, detail=detail, cost=known.cost)
    elif known.status == RunState.CANCELLED:
        run.move_to(Status.CANCELLED, reason=Reason.RUN_CANCELLED, cost=known.cost)
    elif timezone.now() - run.status_since > POLL_HORIZON:
        run.move_to(Status.HELD, reason=Reason.TOO_LONG)
    else:
        run.wait(next_poll(run.status_since))


def read(run: IsolationRun, client: RunflowClient) -> Run | None:
    """Runflow's record of the run; None when it could not be read and the run was dealt with."""
    try:
        return client.get_run(run.runflow_run_id or "")
    except AccountRefused as error:
        hold(run, error)
    except NotFound as error:
        give_up = Reason.RUN_MISSING
        retry_for(run, LOOKUP_HORIZON, Reason.BUSY, describe(error), give_up=give_up)
    except RunflowError as error:
        give_up = Reason.TOO_LONG
        retry_for(run, POLL_HORIZON, Reason.BUSY, describe(error), give_up=give_up)
    return None


def collect(run: IsolationRun) -> None:
    """collecting -> ready: download the result, check it and store it under a new name."""
    client = connect()
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
                take_in(run, known, result)
        except FetchError as error:
            refuse_download(run, error)
        except RunflowError as error:
            retry(run, Reason.OUTPUT_UNAVAILABLE, describe(error))
        except ImageRejected as error:
            # A cut transfer looks like a broken picture: one fresh download tells them apart.
            if run.attempts < 2:
                run.wait(backoff(run.attempts), reason=Reason.OUTPUT_UNREADABLE, detail=error.code)
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
    if error.code == "unsafe_address":
        run.move_to(Status.FAILED, reason=Reason.OUTPUT_UNSAFE, detail=error.code)
    elif error.code in {"too_large", "encoded"} and run.attempts >= 2:
        run.move_to(Status.FAILED, reason=Reason.OUTPUT_UNREADABLE, detail=error.code)
    else:
        retry(run, Reason.OUTPUT_UNAVAILABLE, error.code)


def take_in(run: IsolationRun, known: Run, result: BinaryIO) -> None:
    """Check the downloaded result and keep what customers may see of it and the field accepts.

    Raises ImageRejected and StorageFailed.
    """
    try:
        with publishable(result) as clean:
            odd = oddities(clean.file, clean.facts, run.batch.aspect_ratio)
            fit, more = fitted(target_of(run), run.object_pk, clean)
            name, digest = keep_file(run, target_of(run), fit.file, fit.facts)
    except FileMissing:
        run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_DELETED)
        return
    except NameTooLong:
        run.move_to(Status.FAILED, reason=Reason.NAME_TOO_LONG)
        return
    except NotAccepted as error:
        run.move_to(Status.HELD, reason=Reason.RESULT_REFUSED, detail=str(error)[:500])
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
        due_at=None if review else soon(),
        review=review,
        result_name=name,
        result_sha256=digest,
    )


def keep_file(
    run: IsolationRun, target: Target, result: BinaryIO, facts: ImageFacts
) -> tuple[str, str]:
    """Store the result and return its name and SHA-256, read back from the storage.

    The name is written down before the file, so that a crash in between leaves no unknown file;
    but where the storage chooses another name, nobody knows that before the file is there.
    """
    digest, _size = sha256_of(result)
    if run.result_name and is_stored(target, run.result_name, digest):
        return run.result_name, digest
    if run.result_name:
        run.record(RunEvent.Kind.LEFTOVER, detail=run.result_name)
    path = target.path_for(run.object_pk, result_filename(facts.extension))
    run.keep(result_name=path)
    name = target.store(path, File(result))
    if name != path:
        keep_other_name(run, name)
    if not is_stored(target, name, digest):
        raise StorageFailed("the storage returned other bytes than it was given")
    return name, digest


def keep_other_name(run: IsolationRun, name: str) -> None:
    """Write down the name that the storage chose. Raises LeaseLost; even then the file is known."""
    try:
        run.keep(result_name=name)
    except LeaseLost:
        run.record(RunEvent.Kind.LEFTOVER, detail=name)
        raise


def is_stored(target: Target, name: str, digest: str) -> bool:
    """Whether the storage has a file of that name with those bytes."""
    stored = find_fingerprint(target, name)
    return stored is not None and stored.sha256 == digest
