"""What the shop derives from a picture: made before a swap, cleaned after it."""

import logging
from typing import Any

from django_product_isolation.database.outages import is_away
from django_product_isolation.host import FieldAdapter, Fingerprint, referenced
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.shortage import is_shortage
from django_product_isolation.signals import image_swapping

from .outcomes import Retry

logger = logging.getLogger("django_product_isolation")


def columns_with(run: IsolationRun, name: str, shown: Fingerprint) -> dict[str, Any]:
    """What the row's other columns say once it shows the file ``name``, which holds ``shown``."""
    is_back = name == run.source_name
    beside = run.source_columns if is_back else run.target.adapter.columns_of_result()
    return {**shown.columns, **beside}


def prepare(run: IsolationRun, name: str, shown: Fingerprint) -> Retry | None:
    """Have everything made that is derived from the file ``name``, which the image will show.

    What becomes of the run where the shop's own code, or a library's, fails at it. Raises
    DatabaseError when the database is away.
    """
    target = run.target
    is_plain = type(target.adapter).prepare is FieldAdapter.prepare
    if is_plain and not image_swapping.has_listeners(target.model):
        return None
    columns = columns_with(run, name, shown)
    instance = target.row_with(run.object_pk, new=name, size=shown.size, columns=columns)
    if instance is None:
        return None
    image_swapping.send_robust(target.model, run=run, instance=instance)
    try:
        target.adapter.prepare(instance)
    except Exception as error:  # libraries raise whatever they like
        if is_away(error) or is_shortage(error):
            raise
        logger.warning("not_prepared run=%s error=%s", run.pk, type(error).__name__)
        return Retry(Reason.RESULT_REFUSED, type(error).__name__)
    return None


def clean(run: IsolationRun, old: str) -> None:
    """Have everything taken away that was derived from the file ``old``, if no row shows it.

    What fails at it is noted: the image itself is right.
    """
    target = run.target
    if type(target.adapter).clean is FieldAdapter.clean:
        return
    instance = target.instance(run.object_pk)
    if instance is None:
        return
    try:
        if not referenced({old}):
            target.adapter.clean(instance, old)
    except Exception as error:  # libraries raise whatever they like
        if is_away(error):
            raise
        logger.warning("not_cleaned run=%s error=%s", run.pk, type(error).__name__)
