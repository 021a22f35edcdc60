"""What was clicked, begun and sent: no more than the click meant (P42, B1, B4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import Options, create_batch, isolate, plan
from tests.shops.assortment.models import BIN, ShownPhoto

SOON_LISTED = 600  # seconds: before a run may be given up
FOR_THE_ACCOUNT = (Reason.KEY_REFUSED, Reason.NO_CREDIT)


@dataclass
class Click:
    """Somebody's order, while it is being taken."""

    token: Any
    has_planned: bool = False
    meanwhile: set[str] = field(default_factory=set)  # images that others ordered after that


class Orders:
    """Watches clicks, and each paid request."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        self.clicks: list[Click] = []  # one within the other
        self.models: dict[Any, str] = {}  # of Runflow's, by batch
        self.refused: set[Any] = set()  # runs that wait because of the account
        self.refusals = 0

    def click(self, images: Any, *, token: Any, zone: str, **options: Any) -> None:
        """Have somebody whose clock shows the time of ``zone`` order ``images``."""
        world, is_calm = self.world, self.world.points.is_calm
        is_new = not IsolationBatch.objects.filter(pk=token).exists()
        if is_new:
            self.models[token] = get_settings().MODEL
        with self.being_taken(token) as click, timezone.override(zone):
            batch = world.work("web", self.take, click, images, token=token, **options)
        if batch is None or not is_new:
            return
        begun = runs_of(token)
        if again := click.meanwhile & set(begun.values_list("object_pk", flat=True)):
            world.violation(f"B1 ordered again, just after somebody else: {again}")
        if not is_calm:
            return
        if batch.model_label == ShownPhoto._meta.label_lower:
            in_bin = ShownPhoto._base_manager.filter(caption=BIN, pk__in=begun.values("object_pk"))
            if in_bin.exists():
                world.violation("B4 begun from the bin")
        if budget := world.options.get("DAILY_BUDGET"):
            self.within_budget(batch, budget)

    def take(self, click: Click, images: Any, *, token: Any, **options: Any) -> Any:
        """As ``isolate`` does, with a moment between the plan and the order."""
        if IsolationBatch.objects.filter(pk=token).exists():
            return isolate(images, token=token, **options)
        chosen = plan(images)
        click.has_planned = True
        return create_batch(chosen, Options(token=token, **options))

    @contextmanager
    def being_taken(self, token: Any) -> Iterator[Click]:
        click = Click(token)
        self.clicks.append(click)
        try:
            yield click
        finally:
            self.clicks.remove(click)
        for other in self.clicks:
            if other.has_planned and not IsolationBatch.objects.filter(pk=other.token).exists():
                other.meanwhile |= set(runs_of(token).values_list("object_pk", flat=True))

    def within_budget(self, batch: Any, budget: str) -> None:
        """Just after a click: what can still be charged for today's clicks is within the budget.

        Today is the day where the site is.
        """
        here = batch.created_at.astimezone(ZoneInfo(settings.TIME_ZONE))
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        today = IsolationRun.objects.filter(batch__created_at__gte=midnight)
        may_cost = today.filter(status__in=[*OPEN_STATUSES, Status.APPLIED], cost=None).count()
        charged = today.exclude(cost=None).values_list("cost", flat=True)
        total = may_cost * batch.unit_price + sum(charged)
        if total > Decimal(budget):
            self.world.violation(f"P42 {total} USD are reserved of {budget}")

    def is_sent(self, ref: str, path: str) -> None:
        """A paid request leaves. What lay in the bin when its files had been read must not, nor
        what was ordered of another model."""
        points = self.world.points
        process = points.process
        with points.outside():
            columns = ("object_pk", "batch__model_label", "batch_id")
            run = IsolationRun.objects.filter(pk=ref).values(*columns).get()
            model = self.models.get(run["batch_id"])  # None: not by a click that was watched
            if model and f"/{model}/" not in path:
                self.world.violation(f"P50 sent to another model than it was ordered of: {path}")
            if run["batch__model_label"] != ShownPhoto._meta.label_lower:
                return
            pk = int(run["object_pk"])
            in_bin = ShownPhoto._base_manager.filter(pk=pk, caption=BIN).exists()
        since = self.world.shop.binned_at.get(pk, 0)
        if in_bin and (process is None or since <= process.last_call):
            self.world.violation(f"B4 sent from the bin: {pk}")

    def load_order(self, runs: dict[Any, Any]) -> None:
        """No run that Runflow has is given up, and none waits because of a foreign run."""
        network, runflow = self.world.network, self.world.runflow
        taken = {entry.client_ref for entry in runflow.ledger if not entry.is_denied}
        for run in runs.values():
            never_came = run.status == Status.FAILED and run.reason == Reason.NOT_ACCEPTED
            if never_came and str(run.id) in taken and runflow.listing_delay < SOON_LISTED:
                self.world.violation(f"B9 given up, though Runflow has it: {run}")
        held = [run for run in runs.values() if run.status == Status.HELD]
        refused = {run.id for run in held if run.reason in FOR_THE_ACCOUNT}
        if refused - self.refused and self.refusals == network.refused_accounts:
            self.world.violation("B10 held for the account's sake, though nothing was refused")
        self.refused, self.refusals = refused, network.refused_accounts


def runs_of(token: Any) -> Any:
    return IsolationRun.objects.filter(batch=token).order_by()
