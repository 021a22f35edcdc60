"""Runs of an image field that had another name when they were ordered."""

from django_product_isolation.choices import OPEN_STATUSES
from django_product_isolation.models import IsolationRun
from tests.shop import make_batch, make_run

OLD, NEW = "catalogue.OldImage.picture", "catalogue.ProductImage.original"


def make_old_run(status: str, *, label="catalogue.oldimage", field="picture", **values):
    """A run as it is after its model and field were renamed to what the shop has now."""
    batch = make_batch(model_label=label, field_name=field)
    run = make_run(status, batch=batch, **values)
    if status in OPEN_STATUSES:
        key = f"{label}.{field}:{run.object_pk}"
        IsolationRun.objects.filter(pk=run.pk).update(active_key=key)
    return run
