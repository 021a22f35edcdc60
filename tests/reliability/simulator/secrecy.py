"""Words that must turn up nowhere (I17), and the look-out for them in logs and error reports."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.reliability.secrets.reports import report

from .storage import LINK_CANARY

KEY_CANARY = "rf_live_canary_of_the_key"
# All signing secrets of the world hold it.
SECRET_CANARY = "whsec_canary"
CANARIES = (KEY_CANARY, SECRET_CANARY, LINK_CANARY)


def leaks(texts: Iterable[Any]) -> list[str]:
    """The texts that hold a secret."""
    return [text for text in map(str, texts) if any(canary in text for canary in CANARIES)]


class _LookOut(logging.Handler):
    def __init__(self, world: Any) -> None:
        super().__init__(logging.DEBUG)
        self.world = world
        self.formatter = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        told = [self.format(record)]
        if record.exc_info and record.exc_info[1]:
            told += report(record.exc_info[1], self.world.points.interrupted)
        for leak in leaks(told):
            self.world.violation(f"I17 logged: {leak}")


@contextmanager
def watched_logs(world: Any) -> Iterator[None]:
    """Every record of the app is read, at DEBUG, and goes nowhere else."""
    logger = logging.getLogger("django_product_isolation")
    level, propagate, handler = logger.level, logger.propagate, _LookOut(world)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
