"""Results that were compared with their sources; in some something was found."""

from typing import Any

from django_product_isolation.choices import Status
from django_product_isolation.imaging import verdict
from django_product_isolation.models import IsolationRun, RunFinding
from django_product_isolation.reasons import Reason
from tests.shop import make_run

WELL_ALIGNED = {
    "inliers": 80,
    "mirrored": 0,
    "keypoints": 500,
    "share": 0.5,
    "span": 0.7,
    "stretch": 1.0,
}
LABEL = {"level": 2.0, "source": [0.2, 0.3, 0.5, 0.7], "result": [0.3, 0.4, 0.7, 0.8]}


def measures(*, label: float = 0.0, outline: float = 2.0, unchecked=()) -> dict[str, Any]:
    """As if the result's text differed on that share of the product, and its outline were so
    many pixels soft."""
    return {
        "version": verdict.VERSION,
        "unchecked": list(unchecked),
        "size": {"source": [60, 40], "result": [40, 40]},
        "alignment": WELL_ALIGNED,
        "softness": {"outline": outline},
        "structure": {"blobs": [{**LABEL, "share": label}] if label else []},
    }


def make_judged(status: str = Status.READY, *, measured=None, **values) -> IsolationRun:
    """A run whose result was compared; with ``measured`` something was, else nothing is found."""
    measured = measures() if measured is None else measured
    found = verdict.findings(measured)
    if found and status == Status.READY:
        values = {"reason": Reason.DOUBTFUL, **values}
    doubt = found[0].strength if found else 0
    run = make_run(status, measures=measured, doubt=doubt, **values)
    RunFinding.objects.bulk_create(
        RunFinding(run=run, finding=one.id, strength=one.strength) for one in found
    )
    return run
