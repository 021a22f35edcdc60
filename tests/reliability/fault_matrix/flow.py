"""One image's way through a world in which something was planned, and the ends it may come to."""

from datetime import timedelta
from typing import Any
from unittest import mock

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.tasks import advance_run
from django_product_isolation.workflow import approve, outages
from tests.reliability.fault_matrix.plain_flow import Story
from tests.reliability.simulator.convergence import calm, resume_all
from tests.reliability.simulator.runflow import Accepted
from tests.shops.catalogue.models import ProductImage

from .moments import Moment

SOURCE = "products/photo-1.jpg"


class Flow(Story):
    """The plain flow, with a Runflow that may end runs otherwise."""

    state = "succeeded"
    output: tuple[str, ...] = ("1",)
    calls_back = True

    def __init__(self, world: Any) -> None:
        super().__init__(world, private=True)  # so that the source is uploaded
        self.begin()

    def begin(self) -> None:
        vars(self.world.points).pop("reach", None)  # nothing is planned any more
        super().begin()

    def isolates(self, entry: Accepted) -> None:
        """Runflow comes to the end of a run."""
        self.world.runflow.finish(entry, self.state, list(self.output))
        if self.calls_back:
            self.world.callbacks.send(self.world.callbacks.compose(entry))

    def play(self) -> IsolationRun:
        """Until nothing happens by itself any more."""
        self.isolate()
        self.go_on()
        return self.last()

    def image(self) -> ProductImage | None:
        return ProductImage.objects.filter(pk=1).first()

    def shown(self) -> str:
        image = self.image()
        return image.original.name if image else ""

    def rows(self) -> list[Any]:
        """All that is known of runs, but for what only says that somebody looked."""
        ignored = {"lease_owner", "lease_until", "attempts", "due_at"}
        rows = IsolationRun.objects.order_by("pk").values()
        return [{k: v for k, v in row.items() if k not in ignored} for row in rows] + [self.shown()]

    # What else may happen at a moment.

    def another_message(self) -> None:
        """A second copy of the nudge is delivered to another worker."""
        self.changes_nothing(self.world.work, "worker-9", advance_run.run, str(self.last().pk))

    def another_sweep(self) -> None:
        self.changes_nothing(self.world.sweep, "worker-9")

    def same_click(self) -> None:
        token, user = self.world.shop.token(self.clicks), self.world.shop.people[0]
        images = ProductImage.objects.all()
        self.changes_nothing(self.world.work, "web-2", isolate, images, token=token, user=user)

    def click_of_a_colleague(self) -> None:
        token, user = self.world.shop.token(99), self.world.shop.people[1]
        images = ProductImage.objects.all()
        self.changes_nothing(self.world.work, "web-2", isolate, images, token=token, user=user)

    def same_callback(self) -> None:
        self.changes_nothing(self.world.callbacks.post, self.world.callbacks.sent[-1])

    def same_restore(self) -> None:
        self.changes_nothing(self.world.work, "web-2", restore, ProductImage.objects.all())

    def stays_applied(self, reason: str) -> None:
        """The restore is taken, and refused by the step: everything is as before, and said."""
        shown = self.shown()
        self.restore()
        assert self.last().status == Status.RESTORING
        self.go_on()
        assert (self.last().status, self.last().reason) == (Status.APPLIED, reason)
        assert self.shown() in (shown, "") or reason == "image-changed"

    def changes_nothing(self, act: Any, *args: Any, **kwargs: Any) -> None:
        before = self.rows()
        act(*args, **kwargs)
        if self.rows() != before:
            self.world.violation(f"{before} became {self.rows()}")

    def upload(self) -> None:
        self.world.shop.upload(1)
        self.world.invariants.people_changed()

    def overwrite(self) -> None:
        self.world.shop.upload_same_name(1, save=False)

    def delete(self) -> None:
        self.world.shop.delete(1)
        self.world.invariants.people_changed()

    # The ends.

    def ends_as_without(self) -> None:
        """Applied, paid once, restored."""
        self.tell()
        self.world.check()

    def begins_only_when_clicked_again(self) -> None:
        """The first click leaves nothing behind, neither rows nor messages."""
        self.click()
        assert not IsolationBatch.objects.exists()
        assert not self.world.broker.bag
        self.ends_as_without()

    def restores_only_when_asked_again(self) -> None:
        """The first request leaves everything as it is."""
        shown = self.play().result_name
        self.restore()
        assert (self.shown(), self.last().status) == (shown, Status.APPLIED)
        self.come_back()
        self.world.check()

    def fails(self, *, paid: int) -> None:
        run = self.play()
        assert (run.status, self.shown()) == (Status.FAILED, SOURCE)
        assert run.reason
        self.settles(paid=paid)

    def is_held(self) -> None:
        """A person is asked; once the trouble is over, Resume leads to the plain end."""
        run = self.play()
        assert (run.status, self.shown()) == (Status.HELD, SOURCE)
        assert run.reason
        calm(self.world)
        self.repair()
        assert resume_all(self.world)
        self.go_on()
        self.come_back()
        self.world.check()

    def is_held_in_the_end(self) -> None:
        """The same for an outage of a day, which here lasts for ten minutes."""
        with mock.patch.object(outages, "HORIZON", timedelta(minutes=10)):
            self.is_held()

    def repair(self) -> None:
        """Whatever made the trouble is mended."""

    def waits_for_review(self) -> None:
        run = self.play()
        assert (run.status, run.review, self.shown()) == (Status.READY, True, SOURCE)
        self.approves()
        self.go_on()
        self.come_back()
        self.world.check()

    def approves(self) -> None:
        self.world.work("web", approve, self.last(), user=self.world.shop.people[1])

    def is_superseded(self, *, paid: int) -> None:
        run = self.play()
        assert run.status == Status.SUPERSEDED
        image = self.image()
        assert image is None or image.original.name not in (SOURCE, run.result_name)
        if run.result_name:
            assert self.world.storage.read(run.result_name)
        self.settles(paid=paid)

    def settles(self, *, paid: int) -> None:
        self.world.invariants.people_changed()
        self.world.invariants.at_end()
        assert len(self.world.runflow.ledger) == paid
        self.world.check()


BEFORE = {
    "S1": Moment("before COMMIT", 1),
    "S2": Moment("before broker publish", 1),
    "S3": Moment("before COMMIT", 2),
    "S4": Moment("before http POST run"),
    "S5": Moment("before COMMIT", 3),
    "S6": Moment("before UPDATE product_isolation_isolationrun", 15),  # all that a callback does
    "S7": Moment("before http GET output"),
    "S8": Moment("after http GET output"),
    "S9": Moment("before storage open", 3),
    "S10": Moment("before storage save"),
    "S11": Moment("before COMMIT", 7),
    "S12": Moment("before storage open", 5),
    "S13": Moment("before COMMIT", 9),
    "S14": Moment("before http GET run"),
    "S16": Moment("before COMMIT", 9),
}
AFTER = {
    step: Moment(moment.label.replace("before", "after"), moment.nth)
    for step, moment in BEFORE.items()
} | {"S8": Moment("before storage exists")}
# In the step, but outside any transaction: where others can come in between.
WITHIN = BEFORE | {
    "S1": AFTER["S1"],
    "S3": Moment("after storage open", 1),
    "S5": AFTER["S4"],
    "S6": AFTER["S6"],
    "S11": Moment("after storage open", 4),
    "S13": Moment("after storage open", 6),
    "S16": AFTER["S16"],
}
