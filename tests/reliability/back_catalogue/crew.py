"""Workers whose steps take as long as measured, in simulated time; and the callbacks."""

from typing import Any

from django_product_isolation import workflow
from django_product_isolation.models import IsolationRun

TICK = 1.0  # seconds


class Crew:
    """So many worker processes beside a Runflow, while somebody sleeps."""

    def __init__(self, world: Any, workers: int, step_seconds: float) -> None:
        self.world, self.workers, self.step_seconds = world, workers, step_seconds
        self.steps = self.callbacks = 0
        self.owed = 0.0  # seconds that the last tick's steps took longer than it

    def sleep(self, seconds: float) -> None:
        """What the command's own pause is: everybody else goes on."""
        ends = self.world.clock.elapsed + seconds
        while self.world.clock.elapsed < ends:
            self.tick()
            self.world.clock.advance(TICK)

    def tick(self) -> None:
        self._call_back()
        left = self.workers * TICK - self.owed
        while left > 0:
            most = int(left / self.step_seconds) + 1
            due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:most])
            taken = sum(workflow.work_on(pk) for pk in due)
            self.steps += taken
            left = left - taken * self.step_seconds if due else 0.0
        self.owed = -left

    def _call_back(self) -> None:
        """One callback in fifty is lost on its way; polling has to do without."""
        for entry in self.world.runflow.finished():
            self.callbacks += 1
            if self.callbacks % 50:
                self.world.callbacks.post(self.world.callbacks.compose(entry))
        self.world.broker.bag.clear()  # the crew asks the database itself
