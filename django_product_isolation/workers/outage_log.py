"""What is away for a while: said once when it goes and once when it is back."""

import logging
import random
import time

logger = logging.getLogger("django_product_isolation")

FIRST_PAUSE = 1.0  # seconds
LONGEST_PAUSE = 30.0


class OutageLog:
    """One thing that may be away. ``name`` is the word that stands in the log."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.since: float | None = None
        self.tries = 0

    def goes_on(self, what: str) -> float:
        """It was asked in vain; ``what`` is wrong. Returns how many seconds to leave it alone."""
        if self.since is None:
            self.since = time.monotonic()
            logger.error("%s error=%s", self.name, what)
        pause = min(FIRST_PAUSE * 2.0 ** min(self.tries, 10), LONGEST_PAUSE)
        self.tries += 1
        return random.uniform(pause / 2, pause)  # noqa: S311 (spreads load)

    def is_over(self) -> None:
        """It answered."""
        if self.since is not None:
            seconds = time.monotonic() - self.since
            logger.warning("%s_over seconds=%.0f", self.name, seconds)
            self.since, self.tries = None, 0
