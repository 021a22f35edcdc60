"""Asking code of the shop's that was written for other pages than ours.

A ``get_queryset`` that reads the address of its own page, or a ``get_inlines`` that needs an
object, breaks when it is asked from elsewhere: then the place has no say, and no page breaks.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

logger = logging.getLogger("django_product_isolation")

T = TypeVar("T")


def answer(ask: Callable[[], T], otherwise: T) -> T:
    """What ``ask`` returns; ``otherwise``, the answer that allows nothing, where it breaks.

    A database that fails, and a wrong setting of ours, are no answer: they are raised.
    """
    try:
        return ask()
    except (DatabaseError, ImproperlyConfigured):
        raise
    except Exception as error:
        logger.warning("place_broken error=%s", type(error).__name__, exc_info=True)
        return otherwise
