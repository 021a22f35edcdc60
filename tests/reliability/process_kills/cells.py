"""One cell of the table: so many runs that each lose their worker once, at one point, in one way.

Afterwards everybody looks: did each run end, was it paid once, is every original there?
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import QuerySet
from PIL import Image

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.workflow import restore_runs
from tests.shops.catalogue.models import ProductImage

from .shop import Shop

WAYS = {
    "child-killed": "SIGKILL to the child (what the out-of-memory killer does)",
    "worker-killed": "SIGKILL to the whole worker",
    "stopped": "SIGTERM to the worker, whose children go on",
    "group-stopped": "SIGTERM to the worker and its children",
    "soft-limit": "Celery's soft time limit",
    "no-memory": "MemoryError",
}
EMBEDDED_WAYS = ("worker-killed", "stopped", "no-memory")
GATHERING = 2.0  # seconds in which the next run may come to the same point
SWEEP_PAUSE = 2.0  # seconds; sooner only when somebody is woken
ROUNDS = 5
SECONDS_PER_CELL = 600.0


@dataclass
class Tally:
    """What became of the runs of a cell, or of several."""

    runs: int = 0
    deaths: int = 0
    ended: int = 0
    paid_twice: int = 0
    lost_originals: int = 0
    violations: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.runs += other.runs
        self.deaths += other.deaths
        self.ended += other.ended
        self.paid_twice += other.paid_twice
        self.lost_originals += other.lost_originals
        self.violations += other.violations


def try_cell(shop: Shop, way: str, point: str, tries: int) -> Tally:
    """Let ``tries`` runs die at ``point`` and say what became of them.

    A worker that is killed takes along runs that are elsewhere; for these, others are begun.
    """
    shop.stage.plan(point, way)
    if not shop.worker.is_alive:
        shop.worker.start()
    tally = Tally()
    for _round in range(ROUNDS):
        if tally.deaths < tries and not tally.violations:
            tally.add(try_once(shop, way, point, tries - tally.deaths))
    if tally.deaths < tries:
        tally.violations.append(f"{way} {point}: only {tally.deaths} died")
    return tally


def try_once(shop: Shop, way: str, point: str, count: int) -> Tally:
    """Begin ``count`` runs, let them die and end, and judge them."""
    runs = IsolationRun.objects.filter(pk__in=shop.click(count))
    tally = Tally()
    try:
        go_on(shop, way, runs)
        if point in RESTORED_AT:
            restore_runs(runs.select_related("batch"), user=shop.user)
            go_on(shop, way, runs)
    except AssertionError as error:
        tally.violations.append(f"{way} {point}: {error}")
    judge(shop, point, runs, tally)
    return tally


def go_on(shop: Shop, way: str, runs: QuerySet[IsolationRun]) -> None:
    """Let time pass, kill who waits to be killed and start anew, until every run has ended.

    Raises AssertionError when that takes too long.
    """
    ends = time.monotonic() + SECONDS_PER_CELL
    gathering = Gathering(shop, runs)
    while runs.exclude(due_at=None).exists():
        if time.monotonic() > ends:
            raise AssertionError(f"not all ended, says the log:\n{shop.worker.log[-2000:]}")
        if gathering.is_over():
            end_worker(shop, way, runs)
        elif not shop.worker.is_alive:
            raise AssertionError(f"the worker died by itself:\n{shop.worker.log[-2000:]}")
        else:
            gathering.go_on()
            time.sleep(0.1)


class Gathering:
    """Runs that come to the point at which the worker will be ended.

    A worker that is killed too soon takes along others that are in the middle of something, and
    three times is too often for a run: it is held.
    """

    def __init__(self, shop: Shop, runs: QuerySet[IsolationRun]) -> None:
        self.shop, self.runs = shop, runs
        self.count, self.since, self.swept = 0, 0.0, 0.0

    def is_over(self) -> bool:
        """Whether all have come that can, or nobody has for a while and nobody is on the way."""
        arrived = {path.name for path in self.shop.stage.arrived()}
        if len(arrived) != self.count:
            self.count, self.since = len(arrived), time.monotonic()
        if not arrived or time.monotonic() - self.since < GATHERING:
            return len(arrived) >= self.to_come(len(arrived))
        busy = self.runs.exclude(lease_owner=None).exclude(pk__in=arrived)
        return holds_the_lock() or not busy.exists()

    def to_come(self, arrived: int) -> int:
        """How many can stand there at once."""
        pks = self.runs.values_list("pk", flat=True)
        alive = sum(not self.shop.stage.deaths(pk) for pk in pks)
        return max(1, min(self.shop.worker.hands, alive + arrived))

    def go_on(self) -> None:
        """Let time pass for those who have not come yet."""
        blocked = self.count and holds_the_lock()
        woken = 0 if blocked else self.shop.pass_time(self.runs)
        if woken or time.monotonic() - self.swept > SWEEP_PAUSE:
            self.swept = time.monotonic()
            self.shop.sweep()


def holds_the_lock() -> bool:
    """Whether who waits in a transaction keeps all others from writing."""
    return connection.vendor == "sqlite"


def end_worker(shop: Shop, way: str, runs: QuerySet[IsolationRun]) -> None:
    """End the worker in this way, let the leases of the dead run out, and start the next."""
    if way == "worker-killed":
        shop.worker.kill()
    else:
        shop.worker.stop(group=way == "group-stopped")
    shop.stage.clear()
    shop.pass_time(runs, all_died=True)
    shop.worker.start()


def judge(shop: Shop, point: str, runs: Iterable[IsolationRun], tally: Tally) -> None:
    """Hold every run to the promises of the design."""
    ledger = shop.ledger()
    for run in runs:
        found = list(faults(shop, run, point, ledger[str(run.pk)]))
        tally.runs += 1
        tally.deaths += bool(shop.stage.deaths(run.pk))
        tally.ended += run.status in END
        tally.paid_twice += ledger[str(run.pk)] > 1
        tally.lost_originals += not is_there(shop, run)
        tally.violations += [f"{run.pk} at {point} ({run.status} {run.reason}): {f}" for f in found]


END = {Status.APPLIED, Status.RESTORED, Status.FAILED}
RESTORED_AT = ("before-restore", "after-restore")


def faults(shop: Shop, run: IsolationRun, point: str, accepted: int) -> Iterable[str]:
    """What is wrong with a run after its death; nothing, if all is well."""
    if (deaths := len(shop.stage.deaths(run.pk))) > 1:
        yield f"died {deaths} times"
    if run.active_key is not None or run.due_at is not None:
        yield "is not over"
    if not is_there(shop, run):
        yield "the original is lost"
    if run.status == Status.FAILED:
        # A request that never left is not sent again by itself: that takes a new click.
        if (run.reason, accepted) != ("not-accepted", 0):
            yield f"failed with {accepted} accepted requests"
    elif (run.status == Status.RESTORED) != (point in RESTORED_AT):
        yield "is not where it should be"
    else:
        yield from faults_of_swapped(run, accepted)


def faults_of_swapped(run: IsolationRun, accepted: int) -> Iterable[str]:
    """Of a run whose result is shown, or whose original is again."""
    is_back = run.status == Status.RESTORED
    name, digest = (
        (run.source_name, run.source_sha256) if is_back else (run.result_name, run.result_sha256)
    )
    image = ProductImage.objects.get(pk=run.object_pk)
    with image.original.open("rb") as file:
        shown = file.read()
    with Image.open(BytesIO(shown)) as picture:
        picture.load()
        size = picture.size
    statuses = Counter(
        run.events.filter(kind=RunEvent.Kind.STATUS).values_list("status", flat=True)
    )
    entries = LogEntry.objects.filter(object_id=run.object_pk).count()
    if accepted != 1:
        yield f"{accepted} accepted requests"
    if image.original.name != name:
        yield "the field points elsewhere"
    if hashlib.sha256(shown).hexdigest() != digest:
        yield "what is shown has other bytes"
    if (image.width, image.height) != size:
        yield "the dimension columns are wrong"
    swaps = statuses[Status.APPLIED], statuses[Status.RESTORED]
    if swaps != (1, int(is_back)) or entries != sum(swaps):
        yield f"swapped {swaps} times, {entries} entries in the history"


def is_there(shop: Shop, run: IsolationRun) -> bool:
    """Whether the original still has its bytes."""
    storage = ProductImage._meta.get_field("original").storage
    if not storage.exists(run.source_name):
        return False
    with storage.open(run.source_name) as file:
        return bool(file.read() == shop.photos[run.source_name])
