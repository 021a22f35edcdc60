"""Images isolated more than once: restoring shows the earlier result, not yet the photo."""

from collections.abc import Sequence
from uuid import UUID

from django_product_isolation.models import IsolationRun

from .reorder import image_of


def on_earlier_results(runs: Sequence[IsolationRun]) -> set[UUID]:
    """The keys of those of ``runs`` that isolated a result of an earlier run; one query."""
    if not runs:
        return set()
    earlier = IsolationRun.objects.select_related("batch").filter(
        object_pk__in={run.object_pk for run in runs},
        result_name__in={run.source_name for run in runs} - {""},
    )
    results = {(image_of(run), run.result_name) for run in earlier.order_by()}
    return {run.pk for run in runs if (image_of(run), run.source_name) in results}
