"""The steps of a run that is not yet accepted: sending it once, and finding out what became of it.

Money rule: the row is ``submitting`` before the first byte leaves, and goes back to ``queued``
only when the request provably was not accepted. Otherwise Runflow is asked; nothing is resent.
"""

from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import urljoin
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from django_product_isolation.callbacks import make_token
from django_product_isolation.choices import Source, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.fetching import is_reachable_from_outside, is_refused
from django_product_isolation.host import FileMissing, FileTooLarge, NameTooLong, Target
from django_product_isolation.images import (
    ImageRejected,
    needs_preparing,
    prepare_for_upload,
    sha256_of,
)
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    NotFound,
    NotReached,
    RateLimited,
    Run,
    RunflowClient,
    RunflowError,
    RunRequest,
)

from .account import connect, describe, hold, hold_queue, pause_queue
from .files import result_filename, target_of
from .retrying import retry, retry_for
from .settle import look_up, next_look
from .timing import (
    LOOKUP_HORIZON,
    MAX_ATTEMPTS,
    MIN_LOOKUPS,
    POLL_HORIZON,
    backoff,
    next_poll,
    soon,
)

LINK_SECONDS = 10.0  # to see whether our own storage hands the source out


def submit(run: IsolationRun) -> None:
    """queued -> submitting -> processing: bring the image within reach and send the request."""
    target = target_of(run)
    if is_superseded(run, target):
        return
    client = connect()
    try:
        request = prepare(run, target, client)
    except AccountRefused as error:
        hold(run, error)
    except RunflowError as error:
        retry(run, Reason.NOT_REACHED, describe(error), give_up=Reason.STILL_NOT_REACHED)
    except Unusable as error:
        run.move_to(Status.FAILED, reason=error.reason, detail=error.detail)
    else:
        # Once more: preparing may have taken minutes, and from here on it is paid for.
        if is_superseded(run, target):
            return
        leased: dict[str, Any] = {"lease_owner": run.lease_owner, "lease_until": run.lease_until}
        if run.move_to(Status.SUBMITTING, due_at=soon(), attempts=run.attempts, **leased):
            send(run, client, request)


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
    try:
        target.path_for(run.object_pk, result_filename(".webp"))
        with target.copy(run.source_name) as source:
            fingerprint, _size = sha256_of(source)
            run.keep(source_sha256=fingerprint)
            image_url = within_reach(run, target, source, client)
    except FileMissing as error:
        raise Unusable(Reason.SOURCE_MISSING) from error
    except FileTooLarge as error:
        raise Unusable(Reason.SOURCE_TOO_LARGE) from error
    except NameTooLong as error:
        raise Unusable(Reason.NAME_TOO_LONG) from error
    except ImageRejected as error:
        too_large = error.code in {"too_many_pixels", "too_many_bytes"}
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
        as_it_is = not needs_preparing(source)
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
        else:
            run.wait(soon(5), reason=Reason.UNCONFIRMED, detail=describe(error))
    else:
        accepted(run, sent)


def accepted(run: IsolationRun, sent: Run) -> None:
    """submitting -> processing, under the id that Runflow gave."""
    called_back = sent.is_terminal or run.events.filter(kind=RunEvent.Kind.CALLBACK).exists()
    run.move_to(
        Status.PROCESSING,
        runflow_run_id=sent.id,
        due_at=soon() if called_back else next_poll(timezone.now()),
    )


def not_accepted(run: IsolationRun, error: RunflowError) -> None:
    """Record a request that provably was not accepted (reliability, step S4)."""
    detail = describe(error)
    if isinstance(error, AccountRefused):
        hold(run, error, resume_at=Status.QUEUED)
    elif isinstance(error, RateLimited):
        pause = backoff(run.attempts) if error.retry_after is None else soon(error.retry_after)
        back_to_queue(run, Reason.BUSY, detail, pause)
        pause_queue(pause)
    elif isinstance(error, NotReached) and run.attempts < MAX_ATTEMPTS:
        back_to_queue(run, Reason.NOT_REACHED, detail, backoff(run.attempts))
    elif isinstance(error, NotReached):
        reason = Reason.STILL_NOT_REACHED
        run.move_to(Status.HELD, reason=reason, detail=detail, held_from=Status.QUEUED)
    else:
        run.move_to(Status.FAILED, reason=Reason.REQUEST_REFUSED, detail=detail)
        if isinstance(error, NotFound):
            hold_queue(Reason.REQUEST_REFUSED)


def back_to_queue(run: IsolationRun, reason: Reason, detail: str, due_at: datetime) -> None:
    run.move_to(Status.QUEUED, reason=reason, detail=detail, due_at=due_at, attempts=run.attempts)


def confirm(run: IsolationRun) -> None:
    """submitting -> processing | failed: ask Runflow whether the request arrived. Sends nothing."""
    waited = timezone.now() - run.status_since
    try:
        found = look_up(run, connect())
    except AccountRefused as error:
        hold(run, error)
    except RunflowError as error:
        reason, give_up = Reason.UNCONFIRMED, Reason.STILL_UNCONFIRMED
        retry_for(run, POLL_HORIZON, reason, describe(error), give_up=give_up)
    else:
        if found:
            accepted(run, found)
        elif waited > LOOKUP_HORIZON and run.attempts > MIN_LOOKUPS:
            run.move_to(Status.FAILED, reason=Reason.NOT_ACCEPTED, due_at=next_look(run))
        else:
            # Nor longer when nobody worked for days: the few looks that are left come soon.
            pause = max(5.0, min(waited, LOOKUP_HORIZON).total_seconds() / 3)
            run.wait(soon(pause), reason=Reason.UNCONFIRMED)


def callback_url(pk: UUID) -> str | None:
    """Where Runflow calls back for a run; None when results are polled only."""
    base = get_settings().CALLBACK_BASE_URL
    path = reverse("product_isolation:callback", args=[make_token(pk)])
    return None if base is None else urljoin(base, path)
