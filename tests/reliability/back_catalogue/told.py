"""How a back catalogue fared: what is counted, and what must be true of each image."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django_product_isolation.models import IsolationRun
from tests.reliability.simulator.runflow import PRICE
from tests.shops.catalogue.models import ProductImage


def wrong(world: Any, images: int) -> Iterator[str]:
    """What went against a promise, in words."""
    yield from world.violations
    paid = Counter(entry.client_ref for entry in world.runflow.ledger)
    if len(paid) != images or max(paid.values()) > 1:
        yield f"{images} images, {len(paid)} runs paid, {max(paid.values())} times at most"
    statuses = Counter(IsolationRun.objects.order_by().values_list("status", flat=True))
    if statuses != {"applied": images}:
        yield f"not all are applied: {dict(statuses)}"
    if IsolationRun.objects.exclude(due_at=None).exists():
        yield "some still want attention"
    shown = dict(ProductImage.objects.values_list("pk", "original"))
    for run in IsolationRun.objects.order_by().iterator():
        yield from wrong_about(run, shown, world)


def wrong_about(run: IsolationRun, shown: dict[int, str], world: Any) -> Iterator[str]:
    storage, entry = world.storage, world.runflow.by_ref.get(str(run.pk))
    if shown.get(int(run.object_pk)) != run.result_name:
        yield f"image {run.object_pk} does not show its result"
    if storage.fingerprint(run.result_name) != run.result_sha256:
        yield f"the result of {run.object_pk} is not what was checked"
    if storage.fingerprint(run.source_name) != run.source_sha256:
        yield f"the original of {run.object_pk} is lost"
    if entry is None or entry.id != run.runflow_run_id or run.cost != PRICE:
        yield f"image {run.object_pk}: Runflow has {entry}, the run {run.cost}"


def figures(world: Any, crew: Any, images: int, *, lost: int) -> dict[str, Any]:
    """What it took, by name."""
    runflow = world.runflow
    return {
        "images": images,
        "simulated hours": round(world.clock.elapsed / 3600, 2),
        "steps an image": round(crew.steps / images, 2),
        "requests an image": round(runflow.requests / images, 2),
        "refused with 429": runflow.refused,
        "answers lost": lost,
        "paid": len(runflow.ledger),
        "cost": f"{len(runflow.ledger) * PRICE:,} USD",
    }
