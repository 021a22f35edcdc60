"""The steps of a run that is not yet accepted: sending it once, and finding out what became of it.

Money rule: the row is ``submitting`` before the first byte leaves, and goes back to ``queued``
only when the request provably was not accepted. Otherwise Runflow is asked; nothing is resent.
"""

from datetime import datetime
from typing import Any, BinaryIO

from django_product_isolation.choices import Source, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock
from django_product_isolation.fetching import is_reachable_from_outside, is_refused
from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    NameTaken,
    NameTooLong,
    Target,
    extensions_of,
    result_filename,
)
from django_product_isolation.imaging.copies import (
    ImageRejected,
    needs_conversion,
    prepare_for_upload,
    sha256_of,
)
from django_product_isolation.imaging.variants import takes
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.models.querysets import LOOKS_APART
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    Conflict,
    NotFound,
    NotReached,
    RateLimited,
    Refused,
    Run,
    RunflowClient,
    RunflowError,
    RunRequest,
    UploadFailed,
)
from django_product_isolation.runflow.callbacks import callback_url

from . import outages
from .account import connect, describe, hold, hold_queue, pause_queue
from .fitting import refused_beforehand
from .lookup import is_surely_absent, look_up, next_look
from .outages import Place
from .retrying import as_asked, put_off
from .timing import MIN_LOOKUPS, POLL_HORIZON, backoff, next_poll, seconds_from_now

LINK_SECONDS = 10.0  # to see whether our own storage hands the source out
UNKNOWN_FATE = Reason.STILL_UNCONFIRMED
# How often a fate is asked for that stays uncertain, before a person is asked.
MIN_UNCERTAIN = 20


def submit(run: IsolationRun) -> None:
    """queued -> submitting -> processing: bring the image within reach and send the request."""
    client = connect(run)
    if may_have_arrived(run, client):
        return
    target = run.target
    if is_superseded(run, target):
        return
    try:
        if run.known_outages & {Place.RUNFLOW, Place.ORDERS}:
            client.ping()  # the paid request is no probe: its fate could stay unknown
        request = prepare(run, target, client)
    except UploadFailed as error:
        put_off_sending(run, Place.UPLOADS, error)
    except RunflowError as error:
        put_off_sending(run, Place.RUNFLOW, error)
    except Unusable as error:
        run.move_to(Status.FAILED, reason=error.reason, detail=error.detail)
    else:
        outages.answered(run, Place.UPLOADS)
        # Once more: preparing may have taken minutes, and from here on it is paid for.
        if not is_superseded(run, target) and start_sending(run):
            send(run, client, request)


def put_off_sending(run: IsolationRun, place: Place, error: RunflowError) -> None:
    give_up = Reason.STILL_NOT_REACHED if error.can_retry else Reason.REQUEST_REFUSED
    put_off(run, place, error, reason=Reason.NOT_REACHED, give_up=give_up)


def start_sending(run: IsolationRun) -> bool:
    """queued -> submitting, under the same lease. False when somebody else was faster."""
    leased: dict[str, Any] = {"lease_owner": run.lease_owner, "lease_until": run.lease_until}
    unasked: dict[str, Any] = {"answered_looks": 0, "looked_at": None}
    return run.move_to(
        Status.SUBMITTING, due_at=seconds_from_now(0), attempts=run.attempts, **leased, **unasked
    )


def may_have_arrived(run: IsolationRun, client: RunflowClient) -> bool:
    """Whether a queued run may be at Runflow after all, because it called back; then that is dealt
    with, and the run must not be sent.

    Not sent surely is what Runflow denies as often as it would have to for a lost request.
    """
    called_back = run.events.filter(kind=RunEvent.Kind.CALLBACK)
    is_denied = run.answered_looks >= MIN_LOOKUPS
    if not run.hinted_run_ids and (is_denied or not called_back.exists()):
        return False
    try:
        found = look_up(run, client)
    except RunflowError as error:
        put_off(run, Place.RUNFLOW, error, reason=Reason.UNCONFIRMED, give_up=UNKNOWN_FATE)
        return True
    if found.run is not None:
        if start_sending(run):
            accepted(run, found.run)
    elif is_surely_absent(run, found):
        return False
    else:
        run.release_until(seconds_from_now(LOOKS_APART.total_seconds()), reason=Reason.UNCONFIRMED)
    return True


def is_superseded(run: IsolationRun, target: Target) -> bool:
    """End a run whose image shows another file by now, was deleted, or lies in the shop's bin."""
    current = target.shown_name(run.object_pk)
    if current == run.source_name:
        return False
    reason = Reason.IMAGE_DELETED if current is None else Reason.IMAGE_CHANGED
    run.move_to(Status.SUPERSEDED, reason=reason)
    return True


class Unusable(Exception):
    """This source cannot be isolated; trying again would not help."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.detail = reason, detail


def prepare(run: IsolationRun, target: Target, client: RunflowClient) -> RunRequest:
    """Read the source, remember its fingerprint, and make the request that will be sent.

    Raises Unusable, RunflowError (from an upload) and StorageFailed.
    """
    if not takes(extensions_of(target.field)):
        raise Unusable(Reason.RESULT_REFUSED)
    try:
        target.path_for(run.object_pk, result_filename(".webp"), beside=run.source_name)
        if words := refused_beforehand(target, run.object_pk):
            raise Unusable(Reason.RESULT_REFUSED, " ".join(words)[:500])
        with target.copy(run.source_name) as source:
            fingerprint, _size = sha256_of(source)
            run.update_fields(source_sha256=fingerprint)
            image_url = within_reach(run, target, source, client)
    except FileMissing as error:
        raise Unusable(Reason.SOURCE_MISSING) from error
    except FileTooLarge as error:
        raise Unusable(Reason.SOURCE_TOO_LARGE) from error
    except NameTooLong as error:
        raise Unusable(Reason.NAME_TOO_LONG) from error
    except NameTaken as error:
        raise Unusable(Reason.NAME_TAKEN) from error
    except ImageRejected as error:
        too_large = error.code == "too_many_pixels"
        reason = Reason.SOURCE_TOO_LARGE if too_large else Reason.SOURCE_UNREADABLE
        raise Unusable(reason, error.code) from error
    return RunRequest(
        image_url=image_url,
        aspect_ratio=run.batch.aspect_ratio,
        resolution=run.batch.resolution,
        prompt=run.prompt,
        callback_url=callback_url(run.pk),
        metadata={"run": str(run.pk)},
        client_ref=str(run.pk),
        idempotency_key=str(run.pk),
    )


def within_reach(run: IsolationRun, target: Target, source: BinaryIO, client: RunflowClient) -> str:
    """The https URL from which Runflow can read the source (setting ``SOURCE``)."""
    how, own_url = get_settings().SOURCE, target.url(run.source_name)
    reachable = is_reachable_from_outside(own_url)
    if how != Source.UPLOAD and reachable:
        as_it_is = not needs_conversion(source)
        if (how == Source.URL or as_it_is) and not is_refused(own_url, deadline=LINK_SECONDS):
            return own_url
    if how == Source.URL:
        raise Unusable(Reason.SOURCE_NOT_PUBLIC)
    with prepare_for_upload(source) as prepared:
        asset = client.upload(
            prepared.file,
            filename=f"{run.pk}{prepared.facts.extension}",
            mime_type=prepared.facts.mime_type,
            size=prepared.size,
        )
    return asset.url


def send(run: IsolationRun, client: RunflowClient, request: RunRequest) -> None:
    """Make the one paid request and record what is known of it."""
    try:
        sent = client.create_run(request)
    except RunflowError as error:
        if error.not_accepted:
            not_accepted(run, error)
        elif isinstance(error, Conflict):
            run.release_until(seconds_from_now(5), reason=Reason.CONFLICT, detail=describe(error))
        else:
            outages.meet(run, Place.ORDERS, describe(error))
            run.release_until(
                seconds_from_now(5), reason=Reason.UNCONFIRMED, detail=describe(error)
            )
    else:
        accepted(run, sent)


def accepted(run: IsolationRun, sent: Run) -> None:
    """submitting -> processing, under the id that Runflow gave."""
    called_back = sent.is_terminal or run.events.filter(kind=RunEvent.Kind.CALLBACK).exists()
    outages.answered(run, Place.ORDERS)
    run.move_to(
        Status.PROCESSING,
        runflow_run_id=sent.id,
        hinted_run_ids="",
        answered_looks=0,
        looked_at=None,
        due_at=seconds_from_now(0) if called_back else next_poll(clock.now()),
    )


def not_accepted(run: IsolationRun, error: RunflowError) -> None:
    """Record a request that provably was not accepted (reliability, step S4)."""
    detail = describe(error)
    if isinstance(error, Refused):
        outages.answered(run, Place.ORDERS)
    if isinstance(error, AccountRefused):
        hold(run, error, resume_at=Status.QUEUED)
    elif isinstance(error, RateLimited):
        pause = as_asked(run, error)
        back_to_queue(run, Reason.BUSY, detail, pause)
        pause_queue(pause)
    elif isinstance(error, NotReached):
        probe_at = outages.meet(run, Place.RUNFLOW, detail)
        back_to_queue(run, Reason.NOT_REACHED, detail, probe_at or backoff(run.attempts))
    else:
        run.move_to(Status.FAILED, reason=Reason.REQUEST_REFUSED, detail=detail)
        if isinstance(error, NotFound):
            hold_queue(Reason.REQUEST_REFUSED)


def back_to_queue(run: IsolationRun, reason: Reason, detail: str, due_at: datetime) -> None:
    run.move_to(Status.QUEUED, reason=reason, detail=detail, due_at=due_at, attempts=run.attempts)


def confirm(run: IsolationRun) -> None:
    """submitting -> processing | failed: ask Runflow whether the request arrived. Sends nothing."""
    waiting_for = Reason.CONFLICT if is_in_conflict(run) else Reason.UNCONFIRMED
    try:
        found = look_up(run, connect(run))
    except RunflowError as error:
        put_off(run, Place.RUNFLOW, error, reason=waiting_for, give_up=UNKNOWN_FATE)
        return
    waited = clock.now() - run.status_since
    if found.run is not None:
        accepted(run, found.run)
    elif is_surely_absent(run, found) and waiting_for == Reason.UNCONFIRMED:
        asked_afresh: dict[str, Any] = {"answered_looks": 0, "looked_at": None}
        due_at = next_look(run)
        run.move_to(Status.FAILED, reason=Reason.NOT_ACCEPTED, due_at=due_at, **asked_afresh)
    elif waited > POLL_HORIZON and run.attempts >= MIN_UNCERTAIN:
        run.move_to(Status.HELD, reason=UNKNOWN_FATE)
    else:
        pause = min(max(5.0, waited.total_seconds() / 3), LOOKS_APART.total_seconds() + 1)
        run.release_until(seconds_from_now(pause), reason=waiting_for)


def is_in_conflict(run: IsolationRun) -> bool:
    """Whether Runflow has said of our request that it had come before: then it may be there."""
    return run.events.filter(reason=Reason.CONFLICT).exists()
