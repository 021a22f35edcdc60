"""The shop's own code that hears of changed images: in time, and at least once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import image_applied, image_restored


class Ears:
    """Listens to the two signals that tell of a change of an image."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        self.heard: set[tuple[Any, str]] = set()  # runs, and what was said of them

    @contextmanager
    def listening(self) -> Iterator[None]:
        image_applied.connect(self.hear_applied)
        image_restored.connect(self.hear_restored)
        try:
            yield
        finally:
            image_applied.disconnect(self.hear_applied)
            image_restored.disconnect(self.hear_restored)

    def hear_applied(self, run: Any, **_: Any) -> None:
        self.hear(run, Status.APPLIED)

    def hear_restored(self, run: Any, **_: Any) -> None:
        self.hear(run, Status.RESTORED)

    def hear(self, run: Any, status: Status) -> None:
        self.heard.add((run.pk, str(status)))
        if connection.in_atomic_block:
            self.world.violation(f"E8 the shop hears of {status} before the commit")
        if not self.world.points.is_undisturbed:
            return
        with self.world.points.outside():
            known = IsolationRun.objects.filter(pk=run.pk).values_list("status", flat=True).first()
        # A swap that is taken back ends the run, and is told of too.
        if known not in (status, Status.SUPERSEDED):
            self.world.violation(f"E8 the shop hears of {status}, and the run is {known}")

    def at_end(self) -> None:
        """What each image shows was heard of, unless somebody chose it by hand since."""
        invariants = self.world.invariants
        last = {change.image: number for number, change in enumerate(invariants.changes)}
        for image, number in last.items():
            change = invariants.changes[number]
            run = invariants.runs.get(change.run)
            stands = run is not None and run.status == change.status in ("applied", "restored")
            by_hand = invariants.touched.get(image, 0) > number
            if stands and not by_hand and (change.run, change.status) not in self.heard:
                self.world.violation(f"E8 the shop never heard of {change.status}: {run}")
