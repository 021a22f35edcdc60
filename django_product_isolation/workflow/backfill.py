"""Isolating many images, batch after batch: which are left, and how those that were begun fare.

Every image is looked at once, in the order of its key. Nothing is remembered beside the rows, so
whoever is interrupted goes on by beginning anew.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Q, QuerySet

from django_product_isolation.choices import OPEN_STATUSES, SHOWN_STATUSES, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.host import MARK, Skipped, target_for
from django_product_isolation.host.routing import refuse_elsewhere
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import SURELY_FREE, RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.spending.budgets import BudgetExceeded

from .runs_of_rows import is_result, runs_of_row_by_any_name
from .start import NothingToIsolate, isolate

# Runflow called back about a request that had failed: until it is settled, it may have been paid.
IS_IN_DOUBT = Q(cost=None, due_at__isnull=False) & ~Q(reason=Reason.NOT_ACCEPTED)
# A run that ended so says nothing against another one for the same file: it showed another then,
# or was not paid for.
MAY_BE_REPEATED = Q(status=Status.SUPERSEDED) | (
    Q(status__in=(Status.FAILED, Status.CANCELLED)) & (Q(cost=0) | SURELY_FREE) & ~IS_IN_DOUBT
)


class Backfill:
    """The images of a queryset that are still to be isolated, and the runs begun for them here."""

    def __init__(
        self,
        images: QuerySet[Any],
        *,
        field: str = "",
        limit: int | None = None,
        budget: Decimal | None = None,
        again: bool = False,
        **options: Any,
    ) -> None:
        """``limit`` images and ``budget`` USD are the most that is begun; ``field`` and ``options``
        are those of ``isolate``. Raises ImproperlyConfigured as that does.
        """
        settings = get_settings()
        self.target = target_for(images.model, field)
        self.target.refuse_obstacle()
        refuse_elsewhere(images)
        self.price = settings.unit_price
        self.options = {**options, "field": self.target.field.name}
        self.batch_size = settings.MAX_BATCH
        self.room = self.batch_size // 2  # so many may still be under way when the next begin
        # Each once, however often joins of its filters give it, and only what the shop shows.
        shown = images.model._default_manager.filter(pk__in=images.order_by().values("pk"))
        self.images: QuerySet[Any] = shown.order_by("pk")
        self.waiting = self.images if again else self._not_isolated()
        affordable = None if budget is None or not self.price else int(budget / self.price)
        limits = [most for most in (limit, affordable) if most is not None]
        self.most = min([*limits, self.waiting.count()])
        self.batches: list[IsolationBatch] = []
        self.left_out: list[Skipped] = []  # of what was to be begun here
        self.begun, self.spent = 0, False
        self._last: Any = None

    @property
    def left(self) -> int:
        """How many images may still be begun."""
        return 0 if self.spent else self.most - self.begun

    @property
    def runs(self) -> RunQuerySet:
        """The runs that were begun here."""
        return IsolationRun.objects.filter(batch__in=self.batches).order_by()

    @property
    def moving(self) -> RunQuerySet:
        """Those of them that go on without a person."""
        return self.runs.filter(status__in=OPEN_STATUSES | {Status.APPLIED}, due_at__isnull=False)

    def counts(self) -> Counter[str]:
        """How many runs are where."""
        return Counter(self.runs.values_list("status", flat=True))

    def begin_next(self) -> None:
        """Begin one batch of the images that come next, as far as the shop's budgets reach.

        Nothing is ``left`` afterwards when they are spent.
        """
        following = self.waiting if self._last is None else self.waiting.filter(pk__gt=self._last)
        pks = list(following.values_list("pk", flat=True)[: min(self.left, self.batch_size)])
        if not pks:
            self.most = self.begun
            return
        while pks:
            try:
                self._begin(pks)
                break
            except BudgetExceeded as error:  # others spend, too: each time less may be left
                self.spent = True
                pks = pks[: int(error.left / self.price)]

    def _begin(self, pks: list[Any]) -> None:
        try:
            batch = isolate(self.images.filter(pk__in=pks), **self.options)
        except NothingToIsolate as error:
            self.left_out += error.skipped
            self.most -= len(pks)
        else:
            self.left_out += batch.skipped
            self.batches.append(batch)
            begun = batch.runs.count()
            self.begun += begun
            self.most -= len(pks) - begun
        self._last = pks[-1]

    def _not_isolated(self) -> QuerySet[Any]:
        """Without those that have no file, show a result, or whose file is under way or paid."""
        elsewhere = ~Q(batch__is_sandbox=get_settings().is_sandbox) & ~Q(status__in=OPEN_STATUSES)
        began = runs_of_row_by_any_name(self.target, "source_name")
        began = began.exclude(MAY_BE_REPEATED | elsewhere)
        shown = self.target.field.attname
        empty = Q(**{shown: ""}) | Q(**{shown: None})
        # Whatever runs are still known: of a copied row, and of one whose runs were removed.
        isolated = Q(**{f"{shown}__iregex": MARK.pattern})
        return (
            self.images.exclude(empty)
            .exclude(isolated)
            .exclude(Exists(began))
            .exclude(is_result(self.target, SHOWN_STATUSES))
        )
