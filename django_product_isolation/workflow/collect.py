"""The steps of an accepted run: asking for its end and bringing the result into our storage.

Links to results are never kept: they expire and open the file to anyone, and reading the run
again gives fresh ones (contract, section 2.2).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

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
    Target,
    make_previews,
    wanted_side,
)
from django_product_isolation.imaging import (
    ImageRejected,
    anomalies,
    facts_to_keep,
    sanitized,
)
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    RateLimited,
    Refused,
    Run,
    RunflowClient,
    RunflowError,
    RunState,
)

from . import runflow_outages
from .evaluation import evaluate_or_apply, wanted
from .fit_to_field import FieldRefused, fitted
from .lookup import NEVER_LOOKED, cost_of, count_look
from .outcomes import GoTo, Outcome, PutOff, Retry, Wait
from .runflow_outages import Service, connect_for
from .store_result import store_result, why_taken
from .timing import MIN_LOOKUPS, MIN_POLLS, POLL_HORIZON, backoff, next_poll
from .verdicts import Verdict, judged

DOWNLOAD_DEADLINE = 120.0
MAX_LINKS = 20  # fresh ones that may be refused, within about a quarter of an hour


def poll(run: IsolationRun) -> Outcome:
    """processing -> collecting | failed | cancelled, or wait for Runflow to finish."""
    client = connect_for(run)
    known = read(run, client)
    if not isinstance(known, Run):
        return known
    if known.is_terminal:
        return ended(run, client, known)
    if Service.RUNFLOW in run.known_outages:  # what an outage ate does not count
        return Wait(next_poll(clock.now()), changes={"attempts": 0})
    if clock.now() - run.status_since > POLL_HORIZON and run.attempts >= MIN_POLLS:
        return GoTo(Status.HELD, Reason.TOO_LONG)
    return Wait(next_poll(run.status_since))


def ended(run: IsolationRun, client: RunflowClient, known: Run) -> GoTo:
    """What Runflow's record of a run that has ended says; a result is fetched at once."""
    cost: dict[str, Any] = {"cost": cost_of(run, known)}
    if known.status == RunState.FAILED:
        detail = f"{known.failure_code} {known.failure_message}".strip()
        return GoTo(Status.FAILED, Reason.RUN_FAILED, detail, changes=cost)
    if known.status == RunState.CANCELLED:
        return GoTo(Status.CANCELLED, Reason.RUN_CANCELLED, changes=cost)
    now = clock.now()
    if Service.RESULTS in run.known_outages:  # nobody can fetch anything: it waits its turn
        return GoTo(Status.COLLECTING, due_at=now, changes=cost)
    fetch_it = partial(bring, client=client, known=known)
    return GoTo(Status.COLLECTING, due_at=now, changes={**cost, "attempts": 1}, then=fetch_it)


def read(run: IsolationRun, client: RunflowClient) -> Run | Outcome:
    """Runflow's record of the run; where it cannot be read, what is to become of the run."""
    try:
        known = client.get_run(run.runflow_run_id or "", str(run.pk))
    except RunflowError as error:
        if isinstance(error, Refused) and not isinstance(error, AccountRefused | RateLimited):
            return missed(run, error)
        return PutOff(Service.RUNFLOW, error, Reason.NO_ANSWER, Reason.TOO_LONG)
    if run.answered_looks:
        run.update_fields(**NEVER_LOOKED)
    return known


def missed(run: IsolationRun, error: RunflowError) -> Outcome:
    """Wait for a run that Runflow knew once, until it has denied it often enough."""
    count_look(run)
    if run.answered_looks < MIN_LOOKUPS:
        return Wait(backoff(run.attempts), Reason.NO_ANSWER, str(error))
    return GoTo(Status.HELD, Reason.RUN_MISSING, str(error), changes=NEVER_LOOKED)


def collect(run: IsolationRun) -> Outcome:
    """collecting -> ready: download the result, check it and store it under a new name."""
    client = connect_for(run)
    known = read(run, client)
    if not isinstance(known, Run):
        return known
    if known.status != RunState.SUCCEEDED:
        return GoTo(Status.PROCESSING, due_at=backoff(run.attempts))
    return bring(run, client, known)


def bring(run: IsolationRun, client: RunflowClient, known: Run) -> Outcome:
    """Bring the result of a run here that has succeeded."""
    if not known.output_urls:
        return Retry(Reason.OUTPUT_MISSING, limit=2)
    try:
        with download(run, client, known) as result:
            runflow_outages.answered(run, Service.RESULTS)
            return ingest(run, known, result)
    except FetchError as error:
        return refused_download(run, error)
    except RunflowError as error:
        return PutOff(Service.RUNFLOW, error, Reason.NO_ANSWER, Reason.OUTPUT_UNAVAILABLE)
    except ImageRejected as error:
        if error.code == "too_many_pixels":  # its first bytes say so: it comes no smaller
            return GoTo(Status.HELD, Reason.RESULT_TOO_LARGE)
        # A cut transfer and a page about maintenance look like a broken picture, too.
        give_up = Reason.OUTPUT_UNREADABLE
        return Retry(Reason.NO_ANSWER, error.code, give_up, limit=MAX_LINKS)


@contextmanager
def download(run: IsolationRun, client: RunflowClient, known: Run) -> Iterator[BinaryIO]:
    """The first result as a local file. Raises FetchError."""
    with SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        file = cast("BinaryIO", spool)
        try:
            fetch_into(file, known.output_urls[0])
        except FetchError as error:
            if error.code != "link_refused":
                raise
            signed = client.get_run(known.id, str(run.pk), add_signature=True)
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


def refused_download(run: IsolationRun, error: FetchError) -> Outcome:
    """What becomes of a run whose download did not work. It is paid for: only people give it up."""
    if error.can_retry:
        return PutOff(Service.RESULTS, error, Reason.NO_ANSWER, Reason.OUTPUT_UNAVAILABLE)
    runflow_outages.answered(run, Service.RESULTS)
    if error.code == "unsafe_address":
        return GoTo(Status.HELD, Reason.OUTPUT_UNSAFE, error.code)
    return Retry(Reason.NO_ANSWER, error.code, Reason.OUTPUT_UNAVAILABLE, limit=MAX_LINKS)


def ingest(run: IsolationRun, known: Run, result: BinaryIO) -> Outcome:
    """Check the downloaded result and keep what customers may see of it and the field accepts.

    Raises ImageRejected and StorageFailed.
    """
    target = run.target
    try:
        with sanitized(result, small=wanted_side()) as clean:
            odd = anomalies(clean, run.batch.aspect_ratio)
            fit, more = fitted(target, run.object_pk, clean)
            name, digest = store_result(run, target, fit.file, fit.facts)
            make_previews(target, name, digest, fit.file, fit.small)
            verdict = judged(run, fit.file)
            published = facts_to_keep(fit)
    except FileMissing:
        return GoTo(Status.SUPERSEDED, Reason.IMAGE_DELETED)
    except NameTooLong:
        return GoTo(Status.HELD, Reason.NAME_TOO_LONG)
    except NameTaken as error:
        # Not kept as ours, whatever became of what lay there: pruning deletes what is ours.
        return GoTo(Status.HELD, *why_taken(error), changes={"result_name": ""})
    except FieldRefused as error:
        return GoTo(Status.HELD, Reason.RESULT_REFUSED, str(error))
    kept: dict[str, Any] = {
        "result_name": name,
        "result_sha256": digest,
        "published": published,
    }
    if verdict:
        kept |= {"measures": verdict.measures, "doubt": verdict.doubt}
    if has_lost_original(run, target):
        return GoTo(Status.HELD, Reason.ORIGINAL_MISSING, changes=kept)
    odd += more
    return ready(run, kept, verdict, why_reviewed(odd, known, verdict), ", ".join(odd))


def why_reviewed(odd: Sequence[str], known: Run, verdict: Verdict | None) -> Reason | None:
    """Why a person is to look at a result that nobody asked to see."""
    if odd:
        return Reason.UNUSUAL
    if verdict and verdict.holds_back:
        return Reason.DOUBTFUL
    return Reason.SEVERAL_RESULTS if len(known.output_urls) > 1 else None


def ready(
    run: IsolationRun,
    kept: dict[str, Any],
    verdict: Verdict | None,
    reason: Reason | None,
    detail: str,
) -> GoTo:
    """collecting -> ready: for a person, for an evaluation, or on to the shop at once."""
    review = run.review or reason is not None
    evaluation = wanted(run, reason, review)
    if evaluation:
        kept["measures"] = {**kept.get("measures", {}), **evaluation}
    goes_on = bool(evaluation) or not review
    return GoTo(
        Status.READY,
        reason or "",
        detail,
        due_at=clock.now() if goes_on else None,
        changes={**kept, "review": review, "attempts": int(goes_on)},
        then=evaluate_or_apply if goes_on else None,
        found=verdict.found if verdict else (),
    )


def has_lost_original(run: IsolationRun, target: Target) -> bool:
    """Whether the image shows a file that is gone, maybe by code of the shop's that was asked.

    A review may come days later. Raises StorageFailed.
    """
    name = run.source_name
    is_shown = target.current_name(run.object_pk) == name
    return is_shown and not target.has(name) and target.find_fingerprint(name) is None
