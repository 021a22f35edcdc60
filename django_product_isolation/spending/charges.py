"""Runflow's own price, as its latest charge shows it: orders that promised less are not sent.

What counts is the record of one run. That a run was charged twice by mistake says nothing about
the price, and nor does what an evaluation costs: that has a record of its own.
"""

import logging
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, LastCharge

from .budgets import budgets

logger = logging.getLogger("django_product_isolation")

# So long a higher price is believed. After that one run at a time is sent to see: a single odd
# record must not stop a shop for ever, though nothing is sent that would show another one.
BELIEVED = timedelta(days=1)
UNDER_WAY = (Status.SUBMITTING, Status.PROCESSING)
SETTINGS = {"day": "DAILY_BUDGET", "month": "MONTHLY_BUDGET"}


def terms_of(batch: IsolationBatch) -> str:
    """What a charge is kept under: where the order goes, and to which model."""
    return sha256(f"{batch.destination} {batch.runflow_model}".encode()).hexdigest()


def promised(batch: IsolationBatch) -> Decimal:
    """USD that the order said one isolation costs, without its evaluation."""
    return batch.unit_price - (batch.evaluation_price or Decimal(0))


def note_charge(run: IsolationRun, charged: Decimal | None) -> None:
    """Keep what Runflow's record of ``run`` says that it cost, in USD.

    A cost that is not known, and what was free, as failed runs are, say nothing about the price.
    """
    if not charged:
        return
    ordered, key = promised(run.batch), terms_of(run.batch)
    known = LastCharge.objects.filter(pk=key)
    before = known.values_list("amount", flat=True).first()
    if charged > ordered and (before is None or before < charged):
        told = (run.pk, run.runflow_run_id, ordered, charged)
        logger.error("price_risen run=%s runflow_run=%s ordered=%s charged=%s", *told)
    kept = {"amount": charged, "read_at": timezone.now()}
    if not known.update(**kept):
        # Sends no signal; of two that come first, either will do.
        LastCharge.objects.bulk_create([LastCharge(pk=key, **kept)], ignore_conflicts=True)


def has_risen(batch: IsolationBatch) -> bool:
    """Whether Runflow was seen to charge more than the order promised; one query as a rule."""
    last = LastCharge.objects.filter(pk=terms_of(batch)).first()
    if last is None or last.amount <= promised(batch):
        return False
    if timezone.now() - last.read_at < BELIEVED:
        return True
    terms = {"destination": batch.destination, "runflow_model": batch.runflow_model}
    there = IsolationBatch.objects.filter(**terms).order_by()
    return IsolationRun.objects.filter(status__in=UNDER_WAY, batch__in=there).exists()


def exceeded(batch: IsolationBatch) -> list[str]:
    """The settings of those budgets over which the shop is already, among those that count the
    order: only a charge that nobody reserved leads there, or a lowered limit."""
    return [
        SETTINGS[name]
        for name, budget in budgets().items()
        if batch.created_at >= budget.since and budget.used() > budget.limit
    ]
