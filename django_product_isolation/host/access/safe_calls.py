"""What may break on a page, and must not take it down.

Code of the shop's that was written for other pages than ours: a ``get_queryset`` that reads the
address of its own page, or a ``get_inlines`` that needs an object, breaks when it is asked from
elsewhere. Then the place has no say (``answer``). And what we add to pages of the shop's: whatever
is the matter with us, they are shown without it (``add_to_page``).
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from django_product_isolation.database.transactions import savepoint, summary

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


BETWEEN_MESSAGES = 300.0  # seconds
_next_message: dict[tuple[str, str], float] = {}  # on this process's own clock


def add_to_page(
    what: str, add: Callable[[], T], otherwise: T, *, passing: tuple[type[Exception], ...] = ()
) -> T:
    """What ``add`` returns; ``otherwise``, with which the shop's page goes on, where it breaks.

    The log says so, by the word ``what``, once in five minutes. A transaction of the shop's is not
    spoiled by a query that fails. Raises only what is ``passing``.
    """
    try:
        with savepoint():
            return add()
    except passing:
        raise
    except Exception as error:  # tables that are locked or away, files, settings
        tell(what, error)
        return otherwise


def tell(what: str, error: Exception) -> None:
    """Write what broke to the log; not again and again, since pages are asked for all day."""
    name = type(error).__name__
    if time.monotonic() < _next_message.get((what, name), 0.0):
        return
    _next_message[what, name] = time.monotonic() + BETWEEN_MESSAGES
    if isinstance(error, DatabaseError | InterfaceError):
        logger.error("page_without_us what=%s error=%s", what, summary(error))
    else:
        logger.error("page_without_us what=%s error=%s", what, name, exc_info=True)
