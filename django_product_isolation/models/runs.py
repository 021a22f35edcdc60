"""Runs, whose status changes here and, for many at once, in ``bulk`` alone: one conditional UPDATE
next to an event."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import (
    MAX_ID,
    OPEN_STATUSES,
    TRANSITIONS,
    UNFINISHED_STATUSES,
    Status,
)
from django_product_isolation.database import clock
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import Target, target_named
from django_product_isolation.signals import run_finished

from .batches import IsolationBatch
from .clock_columns import by_the_database
from .events import MAX_DETAIL, RunEvent
from .image_columns import ImageColumnField
from .managers import PrimaryManager
from .querysets import LEASE, RunQuerySet

SAME_TROUBLE = timedelta(hours=1)


class LeaseLost(Exception):
    """Somebody else has taken the run on since it was read."""


class IsolationRun(models.Model):
    """One image sent once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(
        IsolationBatch,
        models.CASCADE,
        related_name="runs",
        db_index=False,  # the index below begins with it
        verbose_name=_("batch"),
    )
    object_pk = models.CharField(_("image"), max_length=255)
    image_column = ImageColumnField(editable=False)
    label = models.CharField(_("product"), max_length=200)
    prompt = models.CharField(_("prompt"), max_length=500, blank=True)
    review = models.BooleanField(_("review first"), default=False)

    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.QUEUED, db_index=True
    )
    status_since = models.DateTimeField(_("since"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=32, blank=True)  # an id of Reason
    held_from = models.CharField(max_length=16, choices=Status, blank=True, editable=False)

    # One open run per image field: a plain unique, because MySQL and MariaDB drop conditional ones.
    active_key = models.CharField(max_length=255, unique=True, null=True, editable=False)  # noqa: DJ001
    due_at = models.DateTimeField(null=True, default=timezone.now, db_index=True, editable=False)
    lease_owner = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    # How often the step at hand began to decode a picture and came to no end, or hung.
    worker_deaths = models.PositiveSmallIntegerField(default=0, editable=False)

    runflow_run_id = models.CharField(  # noqa: DJ001
        _("Runflow run"), max_length=MAX_ID, unique=True, null=True
    )
    # The fingerprint of the access with which it was sent; "" before that.
    sent_with = models.CharField(max_length=32, blank=True, editable=False)
    # Ids that callbacks named, the newest first. Runflow has not said yet whose they are.
    hinted_run_ids = models.CharField(max_length=4 * (MAX_ID + 1), blank=True, editable=False)
    # What the result was measured to be, beside its source; {} where it was not judged.
    measures = models.JSONField(default=dict, editable=False)
    # The strongest finding's strength; 0 where nothing was found, NULL where nobody compared.
    doubt = models.FloatField(null=True, editable=False)
    # Facts about the result as it is published, for what marketplaces ask; {} before it is stored.
    published = models.JSONField(default=dict, editable=False)
    called_back_at = models.DateTimeField(_("Runflow called back"), null=True, editable=False)
    # How often Runflow has said what became of the run, with minutes in between.
    answered_looks = models.PositiveSmallIntegerField(default=0, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    cost = models.DecimalField(_("cost (USD)"), max_digits=8, decimal_places=4, null=True)
    source_name = models.CharField(_("original"), max_length=500)
    source_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # What the shop's row said of the original that its file does not, such as a point of interest.
    source_columns = models.JSONField(default=dict, editable=False, encoder=DjangoJSONEncoder)
    result_name = models.CharField(_("result"), max_length=500, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    reclaimed = False  # set by claim()
    # Of the step that is being taken: what was known to be out of order, and what has answered.
    known_outages: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()

    objects = PrimaryManager.from_queryset(RunQuerySet)()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-batch__created_at", "label"]
        indexes = [
            # What batches cost is added up, and lists of one status are read, without the rows.
            models.Index(fields=["batch", "status", "cost"]),
            # What became of the file that an image shows, without the rows; as wide as can be.
            models.Index(fields=["object_pk", "source_name", "image_column", "status"]),
            models.Index(fields=["object_pk", "result_name", "image_column", "status"]),
            # With the status, so that no planner prefers that alone, which most runs share.
            models.Index(fields=["source_name", "status"]),
            models.Index(fields=["result_name", "status"]),
        ]
        permissions = [
            ("isolate_image", "Can have product images isolated (spends money)"),
            ("review_result", "Can approve and reject isolated images"),
            ("restore_image", "Can put original images back"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def target(self) -> Target:
        """The image field that the run is about.

        Raises NotNamed when it is no longer named in ``IMAGES``.
        """
        target = target_named(self.batch.model_label, self.batch.field_name)
        return target.of_row(self.object_pk)

    def may_go_to(self, status: Status) -> bool:
        """Whether the design knows that change."""
        return status in TRANSITIONS[Status(self.status)]

    @retry_on_conflict
    def move_to(
        self,
        status: Status,
        *,
        reason: str = "",
        detail: str = "",
        actor: Any = None,
        due_at: datetime | None = None,
        **changes: Any,
    ) -> bool:
        """Change the status, if it and the lease are still as this instance knows them.

        ``due_at`` says when the run next wants attention, ``changes`` are further columns, also
        those that a change of status resets (the lease, ``attempts``, ``held_from``). ``actor``
        is a user of the host's own model.
        Returns False, and changes nothing, when somebody else was faster.
        Raises ValueError for a change that the design does not know.
        """
        if not self.may_go_to(status):
            raise ValueError(f"A run cannot go from {self.status} to {status}.")
        changes = {
            "status": status,
            "status_since": clock.now(),
            "reason": reason,
            "held_from": self.status if status == Status.HELD else "",
            "due_at": due_at,
            "lease_owner": None,
            "lease_until": None,
            "attempts": 0,
            "worker_deaths": 0,
            **changes,
        }
        if changes["lease_owner"]:
            changes["lease_until"] = clock.now() + LEASE  # not what is left of it
        if status not in OPEN_STATUSES:
            changes["active_key"] = None
        with transaction.atomic():
            if not self._as_known().update(**by_the_database(changes)):
                return False
            self.record(RunEvent.Kind.STATUS, reason, detail, actor=actor, status=status)
            if self.status in UNFINISHED_STATUSES and status not in UNFINISHED_STATUSES:
                tell = partial(run_finished.send_robust, sender=IsolationRun, run=self)
                transaction.on_commit(tell)
        self._remember(changes)
        if self.lease_owner:
            self.refresh_from_db(fields=["due_at"])  # to the microsecond: see release_until()
        return True

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """A transaction; when it fails, this instance knows again what it knew before."""
        known = vars(self).copy()
        try:
            with transaction.atomic():
                yield
        except BaseException:
            vars(self).update(known)
            raise

    @retry_on_conflict
    def update_fields(self, **changes: Any) -> None:
        """Write columns other than the status. Raises LeaseLost when somebody else went on."""
        if not self._as_known().update(**changes):
            raise LeaseLost(str(self.pk))
        self._remember(changes)

    def release_until(
        self, until: datetime, *, reason: str = "", detail: str = "", **changes: int
    ) -> bool:
        """Give the lease back until ``until``. A hint that came meanwhile is not put off.

        ``reason`` is shown while an open run waits; an ended one keeps the reason it ended with.
        Trouble that lasts is one event, and one more each hour. ``changes`` are further columns.
        """
        if reason and not self._has_told(reason):
            self.record(RunEvent.Kind.PROBLEM, reason, detail, status=Status(self.status))
        return self.let_go(until, reason, changes)

    @retry_on_conflict
    def let_go(self, until: datetime, reason: str, changes: Mapping[str, int]) -> bool:
        """``release_until`` without an event."""
        free: dict[str, Any] = {
            "lease_owner": None,
            "lease_until": None,
            "worker_deaths": 0,
            **changes,
        }
        if self.is_open:
            free["reason"] = reason
        unhinted = self._as_known().filter(due_at=self.due_at)
        later = by_the_database({"due_at": until})
        return bool(unhinted.update(**later, **free) or self._as_known().update(**free))

    def _has_told(self, reason: str) -> bool:
        """Whether an event of this hour and status says already that ``reason`` makes it wait."""
        since = max(self.status_since, timezone.now() - SAME_TROUBLE)
        told = self.events.filter(kind=RunEvent.Kind.PROBLEM, reason=reason, at__gte=since)
        return told.filter(status=self.status).exists()

    def finish(self) -> None:
        """Give the lease back for good: nothing is left to do. Raises LeaseLost."""
        self.update_fields(due_at=None, lease_owner=None, lease_until=None, worker_deaths=0)

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Note while the block lasts that a picture is being decoded, which may kill this process.

        Raises LeaseLost when somebody else went on.
        """
        before = self.worker_deaths
        self.update_fields(worker_deaths=before + 1)
        try:
            yield
        except Exception:
            self.update_fields(worker_deaths=before)
            raise
        self.update_fields(worker_deaths=before)

    @retry_on_conflict
    def record(
        self,
        kind: "RunEvent.Kind",
        reason: str = "",
        detail: str = "",
        *,
        actor: Any = None,
        status: Status | None = None,
    ) -> None:
        """Append what happened. ``detail`` must be free of links, keys and tokens."""
        RunEvent.objects.create(
            run=self,
            kind=kind,
            status=status or "",
            reason=reason,
            detail=detail.replace("\0", "")[:MAX_DETAIL],
            actor=actor,
        )

    def _as_known(self) -> "QuerySet[IsolationRun]":
        # The files too: pruning takes a name away before it deletes the file.
        return IsolationRun.objects.filter(
            pk=self.pk,
            status=self.status,
            lease_owner=self.lease_owner,
            source_name=self.source_name,
            result_name=self.result_name,
        )

    def _remember(self, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
