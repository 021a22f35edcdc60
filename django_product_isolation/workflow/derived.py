"""What the shop derives from a picture: made before a swap, cleaned after it."""

import logging

from django.db import DatabaseError

from django_product_isolation.database.transactions import is_away
from django_product_isolation.host import FieldAdapter
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_swapping

from .outcomes import Retry

logger = logging.getLogger("django_product_isolation")


def prepare(run: IsolationRun, name: str) -> Retry | None:
    """Have everything made that is derived from the file ``name``, which the image will show.

    What becomes of the run where the shop's own code, or a library's, fails at it. Raises
    DatabaseError when the database is away.
    """
    target = run.target
    is_plain = type(target.adapter).prepare is FieldAdapter.prepare
    if is_plain and not image_swapping.has_listeners(target.model):
        return None
    instance = target.row_to_ask(run.object_pk)
    if instance is None:
        return None
    setattr(instance, target.field.attname, name)
    image_swapping.send_robust(target.model, run=run, instance=instance)
    try:
        target.adapter.prepare(instance)
    except Exception as error:  # libraries raise whatever they like
        if isinstance(error, DatabaseError) and is_away(error):
            raise
        logger.warning("not_prepared run=%s error=%s", run.pk, type(error).__name__)
        return Retry(Reason.RESULT_REFUSED, type(error).__name__)
    return None


def clean(run: IsolationRun, old: str) -> None:
    """Have everything taken away that was derived from the file ``old``, and is shown no more.

    What fails at it is noted: the image itself is right.
    """
    target = run.target
    if type(target.adapter).clean is FieldAdapter.clean:
        return
    instance = target.instance(run.object_pk)
    if instance is None:
        return
    try:
        target.adapter.clean(instance, old)
    except Exception as error:  # libraries raise whatever they like
        if isinstance(error, DatabaseError) and is_away(error):
            raise
        logger.warning("not_cleaned run=%s error=%s", run.pk, type(error).__name__)
