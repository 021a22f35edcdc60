"""The step of a run that is not yet sent: sending it once, as it was ordered.

Money rule: the row is ``submitting``, for everybody to see, before the first byte leaves: nothing
is sent within a transaction of somebody else's. It goes back to ``queued`` only when the request
provably was not accepted. Otherwise Runflow is asked; nothing is resent.
"""

import logging
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from django_product_isolation.choices import Resolution, Source, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock
from django_product_isolation.database.transactions import may_be_undone
from django_product_isolation.fetching import is_reachable_from_outside, serves
from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    NameTaken,
    NameTooLong,
    Target,
    extensions_of,
    make_previews,
    result_filename,
    wanted_side,
)
from django_product_isolation.imaging import (
    ImageRejected,
    accepted_formats,
    may_open,
    needs_conversion,
    prepare_for_upload,
    sha256_of,
)
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import LOOKS_APART
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    Conflict,
    Run,
    RunflowClient,
    RunflowError,
    RunRequest,
    UploadFailed,
)
from django_product_isolation.runflow.callbacks import callback_url

from . import runflow_outages
from .fit_to_field import refused_beforehand
from .lookup import NEVER_LOOKED, is_asked_in_vain, is_surely_absent, look_up
from .outcomes import GoTo, NotAccepted, Outcome, PutOff, Step, Wait
from .runflow_outages import Service, connect_for
from .stopped_fields import find_stopped
from .store_result import why_taken
from .terms import access_of, unsent_because
from .timing import MIN_LOOKUPS, next_poll, seconds_from_now

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger("django_product_isolation")

PAUSE_IN_TRANSACTION = 60.0  # seconds until another worker, or a mended one, may send
LINK_SECONDS = 30.0  # to read the source as Runflow would
UNKNOWN_FATE = Reason.STILL_UNCONFIRMED


def submit(run: IsolationRun) -> Outcome:
    """queued -> submitting -> processing: bring the image within reach and send the request."""
    if may_be_undone():
        logger.error("in_transaction run=%s status=%s", run.pk, run.status)
        return Wait(seconds_from_now(PAUSE_IN_TRANSACTION), Reason.IN_TRANSACTION)
    client, target = connect_for(run), run.target
    ended = find_arrived(run, client) or find_superseded(run, target)
    ended = ended or find_changed(run) or find_too_large(run) or find_stopped(target)
    if ended is not None:
        return ended
    try:
        if run.known_outages & {Service.RUNFLOW, Service.ORDERS}:
            client.ping()  # the paid request is no probe: its fate could stay unknown
        request = prepare(run, target, client)
    except UploadFailed as error:
        return put_off_sending(Service.UPLOADS, error)
    except RunflowError as error:
        return put_off_sending(Service.RUNFLOW, error)
    except SourceReplaced:
        return GoTo(Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    except Unusable as error:
        return GoTo(Status.FAILED, error.reason, error.detail)
    runflow_outages.answered(run, Service.UPLOADS)
    # Once more: preparing may have taken minutes, and from here on it is paid for.
    ended = find_superseded(run, target) or find_changed(run)
    sending = partial(send, client=client, request=request, sent_with=run.sent_with)
    return ended or start_sending(run, sending)


def put_off_sending(service: Service, error: RunflowError) -> PutOff:
    give_up = Reason.STILL_NOT_REACHED if error.can_retry else Reason.REQUEST_REFUSED
    return PutOff(service, error, Reason.NOT_REACHED, give_up)


def start_sending(run: IsolationRun, then: Step) -> GoTo:
    """queued -> submitting, and on with ``then``."""
    changes = {**NEVER_LOOKED, "sent_with": access_of(run)}
    return GoTo(Status.SUBMITTING, due_at=clock.now(), changes=changes, then=then)


def find_arrived(run: IsolationRun, client: RunflowClient) -> Outcome | None:
    """What is to become of a queued run that may be at Runflow after all, because it called back;
    None for one that surely was not sent.

    Not sent surely is what Runflow denies as often as it would have to for a lost request.
    """
    is_denied = run.answered_looks >= MIN_LOOKUPS
    if not run.hinted_run_ids and (is_denied or not was_called_back(run)):
        return None
    try:
        found = look_up(run, client)
    except RunflowError as error:
        return PutOff(Service.RUNFLOW, error, Reason.UNCONFIRMED, UNKNOWN_FATE)
    if found.run is not None:
        return start_sending(run, partial(accepted, sent=found.run))
    if is_surely_absent(run, found):
        return None
    if is_asked_in_vain(run):
        return GoTo(Status.HELD, UNKNOWN_FATE)
    return Wait(seconds_from_now(LOOKS_APART.total_seconds()), Reason.UNCONFIRMED)


def was_called_back(run: IsolationRun) -> bool:
    """Whether Runflow has called back by now, which this instance need not know yet."""
    return IsolationRun.objects.filter(pk=run.pk, called_back_at__isnull=False).exists()


def find_superseded(run: IsolationRun, target: Target) -> GoTo | None:
    """The end of a run whose image shows another file by now, was deleted, or is hidden, as what
    lies in the shop's bin is."""
    current = target.shown_name(run.object_pk)
    if current == run.source_name:
        return None
    if current is not None:
        return GoTo(Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    is_there = target.current_name(run.object_pk) is not None
    return GoTo(Status.SUPERSEDED, Reason.IMAGE_HIDDEN if is_there else Reason.IMAGE_DELETED)


def find_changed(run: IsolationRun) -> GoTo | None:
    """What becomes of a queued run that was ordered under other settings, or prices."""
    if changed := unsent_because(run.batch):
        return GoTo(Status.HELD, Reason.ORDERED_OTHERWISE, ", ".join(changed))
    return None


def find_too_large(run: IsolationRun) -> GoTo | None:
    """What becomes of a queued run whose result this process may not open."""
    if may_open(Resolution(run.batch.resolution).most_pixels):
        return None
    return GoTo(Status.HELD, Reason.RESULT_TOO_LARGE)


class Unusable(Exception):
    """This source cannot be isolated; trying again would not help."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.detail = reason, detail


class SourceReplaced(Exception):
    """Other bytes lie under the source's name than when a request for it was sent."""


def prepare(run: IsolationRun, target: Target, client: RunflowClient) -> RunRequest:
    """Read the source, remember its fingerprint, and make the request that will be sent.

    Raises SourceReplaced, Unusable, RunflowError (from an upload) and StorageFailed.
    """
    if not accepted_formats(extensions_of(target.field)):
        raise Unusable(Reason.RESULT_REFUSED)
    try:
        target.path_for(run.object_pk, result_filename(".webp"), beside=run.source_name)
        if words := refused_beforehand(target, run.object_pk):
            raise Unusable(Reason.RESULT_REFUSED, " ".join(words)[:500])
        with target.copy(run.source_name) as source:
            fingerprint, size = sha256_of(source)
            if run.source_sha256 not in ("", fingerprint) and was_sent(run):
                raise SourceReplaced
            run.update_fields(source_sha256=fingerprint)
            own_url = link_to_send(run, target, source, size)
            image_url, small = (own_url, None) if own_url else upload(run, source, client)
            make_previews(target, run.source_name, fingerprint, source, small)
    except FileMissing as error:
        raise Unusable(Reason.SOURCE_MISSING) from error
    except FileTooLarge as error:
        raise Unusable(Reason.SOURCE_TOO_LARGE) from error
    except NameTooLong as error:
        raise Unusable(Reason.NAME_TOO_LONG) from error
    except NameTaken as error:
        raise Unusable(*why_taken(error)) from error
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


def was_sent(run: IsolationRun) -> bool:
    """Whether a request for this run has left. Though Runflow denied it, it may have taken it: for
    the same key a second one then gets what became of the first, and of what that one showed."""
    return run.events.filter(status=Status.SUBMITTING).exists()


def link_to_send(run: IsolationRun, target: Target, source: BinaryIO, size: int) -> str:
    """The storage's own https URL of the source, "" where it has to be uploaded (``SOURCE``).

    A CDN may hold what lay there before, and a guard against hotlinks may answer with a picture:
    it is read from here first. Raises Unusable, and ImageRejected.
    """
    how, own_url = get_settings().SOURCE, target.url(run.source_name)
    if how != Source.UPLOAD and is_reachable_from_outside(own_url):
        as_it_is = not needs_conversion(source)
        if how == Source.URL or as_it_is:
            sha256 = run.source_sha256
            is_same = serves(own_url, sha256=sha256, size=size, deadline=LINK_SECONDS)
            # Where it cannot be read from here, the shop's own word counts, and no guess of ours.
            if is_same or (is_same is None and how == Source.URL):
                return own_url
    if how == Source.URL:
        raise Unusable(Reason.SOURCE_NOT_PUBLIC)
    return ""


def upload(
    run: IsolationRun, source: BinaryIO, client: RunflowClient
) -> "tuple[str, Image | None]":
    """Bring the source to Runflow: its URL there, and what it shows, small, decoded for that.

    Raises RunflowError, and ImageRejected.
    """
    with prepare_for_upload(source, small=wanted_side()) as prepared:
        asset = client.upload(
            prepared.file,
            filename=f"{run.pk}{prepared.facts.extension}",
            mime_type=prepared.facts.mime_type,
            size=prepared.size,
        )
    return asset.url, prepared.small


def send(run: IsolationRun, client: RunflowClient, request: RunRequest, sent_with: str) -> Outcome:
    """Make the one paid request. ``sent_with`` is the access of those before it."""
    try:
        return accepted(run, client.create_run(request))
    except RunflowError as error:
        if error.not_accepted:
            return NotAccepted(error, sent_with)
        if isinstance(error, Conflict):
            return Wait(seconds_from_now(5), Reason.CONFLICT, str(error))
        runflow_outages.meet(run, Service.ORDERS, str(error))
        return Wait(seconds_from_now(5), Reason.UNCONFIRMED, str(error))


def accepted(run: IsolationRun, sent: Run) -> GoTo:
    """submitting -> processing, under the id that Runflow gave."""
    called_back = sent.is_terminal or was_called_back(run)
    runflow_outages.answered(run, Service.ORDERS)
    return GoTo(
        Status.PROCESSING,
        due_at=clock.now() if called_back else next_poll(clock.now()),
        changes={"runflow_run_id": sent.id, "hinted_run_ids": "", **NEVER_LOOKED},
    )
