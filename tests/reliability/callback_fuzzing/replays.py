"""Genuine callbacks delivered again: in any order, at any time, at any run's address.

Nothing that counts may change: no status, no image, no money, and no nudge for a run that has
ended.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from django.db.models import F

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from tests.catalogue.models import ProductImage

from . import documents
from .door import Body, Door, Seen
from .forgeries import sign
from .generator import NEW, OLD
from .rows import WAITING, Known, make_runs
from .tally import Tally

COUNTED = ("replays", "changed", "answer", "message", "event", "file or socket")
COPIES = 5  # of each run's callback: deliveries and redeliveries, each spelled in its own way
LOOK_EVERY = 250  # replays


def replay(seed: int, replays: int) -> Tally:
    """Deliver so many drawn copies; compare all rows again and again."""
    rng, tally = Random(seed), Tally(COUNTED)
    runs = make_runs()
    pool = [(run, copy_of(rng, run)) for run in runs for _ in range(COPIES)]
    with Door().open() as door:
        deliver_each_once(door, pool)
        before = everything()
        for number in range(replays):
            run, (body, signature) = rng.choice(pool)
            at = run if rng.random() < 0.8 else rng.choice(runs)
            door.use_secrets(rng.choice(([NEW, OLD], [OLD, NEW])))
            seen = door.knock(delivery(at, body, signature))
            tally.count(list(wrongs(run, at, seen)), f"seed {seed}, replay {number}, {at}, {seen}")
            if number % LOOK_EVERY == 0 or number == replays - 1:
                after = everything()
                tally.count(["changed"] * (before != after), difference(before, after))
                if rng.random() < 0.2:
                    let_time_pass(rng)
                    before = everything()
            tally.counts["replays"] += 1
    return tally


def copy_of(rng: Random, run: Known, *secrets: str) -> tuple[bytes, str]:
    """A callback about ``run`` and its signature, under one of ``secrets``."""
    body = documents.spell(rng, documents.genuine(rng, run))
    return body, sign(body, rng.choice(secrets or (OLD, NEW)))


def delivery(run: Known, body: bytes, signature: str) -> dict[str, Any]:
    return {
        "PATH_INFO": run.path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_RUNFLOW_SIGNATURE": signature,
        "wsgi.input": Body(body),
    }


def deliver_each_once(door: Door, pool: list[tuple[Known, tuple[bytes, str]]]) -> None:
    for run, (body, signature) in pool:
        door.use_secrets([NEW, OLD])
        door.knock(delivery(run, body, signature))


def wrongs(run: Known, at: Known, seen: Seen) -> Iterator[str]:
    """What one replay of ``run``'s callback at the address of ``at`` did that it must not."""
    if run == at:
        yield from ["answer"] * (seen.status != 200)
    else:
        # A callback without a reference, at a run without an id: nobody can know better here.
        yield from ["answer"] * (seen.status != 409 and (at.has_id or seen.status != 200))
    if not (at.waits and seen.status == 200):
        yield from ["message"] * bool(seen.messages)
    yield from ["file or socket"] * bool(seen.touched)
    yield from ["event"] * any("runevent" in sql for sql in seen.writes)


def everything() -> dict[str, Any]:
    """All rows, without when a run that waits is looked at next, and by which ids."""
    runs = list(IsolationRun.objects.order_by("pk").values())
    for row in runs:
        del row["hinted_run_ids"]
        if row["status"] in WAITING:
            del row["due_at"]
    return {
        "runs": runs,
        "batches": list(IsolationBatch.objects.order_by("pk").values()),
        "events": list(RunEvent.objects.order_by("pk").values()),
        "images": list(ProductImage.objects.order_by("pk").values()),
    }


def difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    changed = [
        (name, old, new)
        for name in before
        for old, new in zip(before[name], after[name], strict=False)
        if old != new
    ]
    return f"{changed!r:.2000}" if changed else "rows came or went"


def let_time_pass(rng: Random) -> None:
    """Up to 30 days later, and somebody has put an original back meanwhile."""
    later = timedelta(days=rng.uniform(0, 30))
    IsolationRun.objects.update(status_since=F("status_since") - later)
    IsolationRun.objects.exclude(due_at=None).update(due_at=F("due_at") - later)
    IsolationBatch.objects.update(created_at=F("created_at") - later)
    RunEvent.objects.update(at=F("at") - later)
    applied = IsolationRun.objects.filter(status=Status.APPLIED).order_by("pk").first()
    if applied is not None:
        applied.move_to(Status.RESTORING)
        applied.move_to(Status.RESTORED)
        ProductImage.objects.filter(pk=applied.object_pk).update(original=applied.source_name)
