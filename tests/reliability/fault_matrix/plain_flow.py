"""The plain flow as people and Runflow live it: clicked, applied, looked at, restored.

Nobody in it knows whether a process has just died; they look, and do what people would do.
"""

import random
from typing import Any

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.tasks import sweep
from django_product_isolation.workflow import approve
from tests.reliability.simulator import World
from tests.reliability.simulator.convergence import come_to_rest, next_due
from tests.reliability.simulator.runflow import PRICE, Accepted
from tests.shops.catalogue.models import ProductImage

ISOLATES_AFTER = 30.0  # seconds
MANY = 500


class Story:
    """One image of one shop, from the first click until its original is back."""

    def __init__(self, world: World, *, review: bool = False, private: bool = False) -> None:
        self.world, self.review, self.private = world, review, private
        self.clicks = 0

    def begin(self) -> None:
        """A new world, so that something can be planned in it."""
        random.seed(0)
        self.world.reset(REVIEW=self.review)
        self.world.storage.is_public = not self.private

    def tell(self) -> None:
        """Everything to the end; the world then knows what went wrong."""
        self.isolate()
        self.go_on()
        while self.never_arrived():  # once more for every death in that gap
            self.isolate()
            self.go_on()
        if self.review:
            self.until(lambda: not self.last().review, self.approve)
            self.go_on()
        self.come_back()

    def come_back(self) -> None:
        """From the published result back to the original, and to rest."""
        world = self.world
        self.expect(Status.APPLIED)
        self.until(lambda: self.last().status != Status.APPLIED, self.restore)
        self.go_on()
        self.expect(Status.RESTORED)
        world.points.calm()
        come_to_rest(world)
        world.invariants.people_changed()
        world.invariants.at_end()
        self.look_at_the_end()

    def last(self) -> IsolationRun:
        return IsolationRun.objects.order_by("batch__created_at").last()  # type: ignore[return-value]

    def isolate(self) -> None:
        """A person confirms, and sends the same form again when no answer came."""
        world = self.world
        self.clicks += 1
        token = world.shop.token(self.clicks)
        self.until(lambda: IsolationBatch.objects.filter(pk=token).exists(), self.click)

    def click(self) -> None:
        """The form of the last confirm page is sent."""
        options = {"user": self.world.shop.people[0], "token": self.world.shop.token(self.clicks)}
        self.world.work("web", isolate, ProductImage.objects.all(), **options)

    def approve(self) -> None:
        self.world.work("web", approve, self.last(), user=self.world.shop.people[1])

    def restore(self) -> None:
        images = ProductImage.objects.all()
        self.world.work("web", restore, images, user=self.world.shop.people[1])

    def until(self, is_done: Any, act: Any) -> None:
        for _ in range(20):
            if is_done():
                return
            act()
        self.world.violation("a person gave up")

    def go_on(self) -> None:
        """Messages are delivered, Runflow works and calls back, beat beats, until all is quiet."""
        world = self.world
        for _ in range(MANY):
            world.deliver_all()
            self.runflow_works()
            if world.broker.bag:
                continue
            due = next_due()
            if due is None:
                return
            if due <= world.clock.true():  # for a worker whose clock is slow it is not due yet
                world.clock.advance(30)
            world.clock.advance_to(due)
            self.sweep()
        world.violation("no end")

    def sweep(self) -> None:
        """Beat's time has come; with no broker, cron's."""
        if self.world.broker.is_down:
            self.world.sweep()
        else:
            self.world.work("beat", sweep.run)

    def runflow_works(self) -> None:
        world = self.world
        for entry in world.runflow.ledger:
            age = (world.clock.true() - entry.created).total_seconds()
            if not entry.is_over and age >= ISOLATES_AFTER:
                self.isolates(entry)

    def isolates(self, entry: Accepted) -> None:
        """Runflow comes to the end of a run."""
        self.world.runflow.finish(entry, "succeeded", ["1"])
        self.world.callbacks.send(self.world.callbacks.compose(entry))

    def never_arrived(self) -> bool:
        """A process died between writing down that it sends and sending."""
        run = self.last()
        lost = run.status == Status.FAILED and run.reason == Reason.NOT_ACCEPTED
        return lost and not self.world.runflow.ledger

    def expect(self, status: Status) -> None:
        run = self.last()
        if run.status != status:
            self.world.violation(f"{run.status} ({run.reason}) instead of {status}")

    def look_at_the_end(self) -> None:
        """One payment, and the product shows what it showed at first."""
        world, run = self.world, self.last()
        if len(world.runflow.ledger) != 1:
            world.violation(f"paid {len(world.runflow.ledger)} times")
        if run.cost != PRICE:
            world.violation(f"cost {run.cost}")
        image = ProductImage.objects.get()
        if image.original.name != run.source_name:
            world.violation(f"shows {image.original.name}")
