"""What the app asks of those who take the steps of runs."""

import uuid
from collections.abc import Iterable, Sequence

from django.core.checks import CheckMessage

from django_product_isolation.conf import IsolationSettings


class BaseWorkers:
    """One way to have steps taken."""

    # Where to look when steps are late.
    if_late = ""

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        """These runs want attention now. Called after the commit; waits for nobody."""

    def wake(self) -> None:
        """Somebody is looking: where the work is done in this process, see what is due."""

    def check(self, settings: IsolationSettings) -> Iterable[CheckMessage]:
        """What ``manage.py check`` should say about this way in this shop."""
        return ()
