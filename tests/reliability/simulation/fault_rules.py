"""Bad luck: deaths, broken networks, storages and databases, wrong clocks, and bad moments."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import stop, stop_restoring
from tests.reliability.simulator.database import ERRORS
from tests.reliability.simulator.http import DARK, DENIED, FILE_FAULTS, REFUSALS, UNSENT
from tests.reliability.simulator.orders import runs_of
from tests.reliability.simulator.storage import FAULTS

from .base import Story, images, pick, rounds, some, workers
from .draws import YES_OR_NO, between, one_of, rule

ANSWERS = [*UNSENT, *DARK, *(f"lost {kind}" for kind in DARK), *REFUSALS, *DENIED]
ROUTES = ["GET run", "GET run", "GET runs", "GET runs", "POST upload", "POST confirmation"]
FILE_ROUTES = ["GET output", "GET output", "PUT asset", "GET media"]
STORAGE_FAULTS = [(operation, kind) for operation, kinds in FAULTS.items() for kind in kinds]
STORAGE_FAULTS += [("save", "taken name")] * 3  # seldom: whoever stores something meets it
# What the database may say although it has carried the statement out.
AFTERWARDS = ["lost", "gone"]
SKEWS = [0, 0, 60, -60, 3600, -3600, 86_400, -86_400]  # seconds
points = between(1, 40)
# Around the last look at the files, and before what is made of it is written down.
LAST_LOOKS = ["before BEGIN ", "before storage open", "after storage open"]


class Trouble(Story):
    @rule(kind=one_of(ANSWERS), then=rounds)
    def post_answer(self, kind: str, then: int) -> None:
        self.fault(self.world.network.faults, "POST run", kind)
        self.life_goes_on(then)

    @rule(route=one_of(ROUTES), kind=one_of(UNSENT + DARK + REFUSALS), then=rounds)
    def network_fault(self, route: str, kind: str, then: int) -> None:
        self.fault(self.world.network.faults, route, kind)
        self.life_goes_on(then)

    @rule(route=one_of(FILE_ROUTES), kind=one_of(FILE_FAULTS), then=rounds)
    def serve_output(self, route: str, kind: str, then: int) -> None:
        self.fault(self.world.network.faults, route, kind)
        self.life_goes_on(then)

    @rule()
    def expire_links(self) -> None:
        self.world.runflow.link_generation += 1

    @rule(fault=one_of(STORAGE_FAULTS), then=rounds)
    def storage_fault(self, fault: tuple[str, str], then: int) -> None:
        self.fault(self.world.storage.faults, *fault)
        self.life_goes_on(then)

    @staticmethod
    def fault(faults: dict[str, list[str]], where: str, kind: str) -> None:
        waiting = faults.setdefault(where, [])
        if len(waiting) < 8:
            waiting.append(kind)

    @rule(kind=one_of(sorted(ERRORS)), nth=points, then=rounds)
    def db_error(self, kind: str, nth: int, then: int) -> None:
        self.world.database.fail_at(nth, kind)
        self.life_goes_on(then)

    @rule(kind=one_of(AFTERWARDS), nth=points, then=rounds)
    def db_answer_is_lost(self, kind: str, nth: int, then: int) -> None:
        self.world.database.fail_at(nth, kind, after=True)
        self.life_goes_on(then)

    @rule(nth=points, then=rounds)
    def crash_at(self, nth: int, then: int) -> None:
        self.world.points.die_at(nth)
        self.life_goes_on(then)

    @rule(name=one_of(["web", "beat", "worker-1", "worker-2"]), by=one_of(SKEWS))
    def clock_is_wrong(self, name: str, by: int) -> None:
        self.world.points.skews[name] = timedelta(seconds=by)

    @rule(
        nth=points,
        which=between(1, 3),
        number=some,
        name=workers,
        what=between(0, 11),
        then=rounds,
    )
    def at_a_bad_moment(
        self, nth: int, which: int, number: int, name: str, what: int, then: int
    ) -> None:
        """In the middle of somebody's step, somebody else does something."""
        self.world.points.visit_at(nth, self.visits(which, number, name)[what])
        self.life_goes_on(then)

    @rule(
        where=one_of(LAST_LOOKS),
        nth=between(1, 3),
        what=one_of(["upload", "same name", "same name", "lie", "clear", "bin", "stop"]),
        then=between(2, 6),
    )
    def right_after_the_last_look(self, where: str, nth: int, what: str, then: int) -> None:
        """Somebody changes an image while a worker is about to, or the storage lies of it."""
        self.world.points.visit_on(where, nth, lambda: self.changes_what_is_at_work(what))
        self.life_goes_on(then)

    @rule(which=images, is_over=YES_OR_NO, then=rounds)
    def two_order_at_once(self, which: int, is_over: bool, then: int) -> None:
        """A colleague orders, or has ordered and stopped it, just when somebody has chosen."""
        colleague = self.orders_and_stops if is_over else self.orders
        self.world.points.visit_on("before BEGIN ", 1, lambda: colleague(which))
        self.click_on([1, 2, 3], person=0, review=None)
        self.life_goes_on(then)

    @rule(
        which=images,
        nth=between(1, 3),
        what=one_of(["upload", "same name", "stop"]),
        then=rounds,
    )
    def restoring_is_disturbed(self, which: int, nth: int, what: str, then: int) -> None:
        """Somebody changes their mind, or the image, while its original is being put back."""
        shop = self.world.shop
        self.world.work("web", restore, shop.images([which]), user=shop.people[0])
        self.right_after_the_last_look("before BEGIN ", nth, what, then)

    def changes_what_is_at_work(self, what: str) -> None:
        at_work = IsolationRun.objects.exclude(lease_owner=None).order_by("-lease_until").first()
        if at_work is None:
            return
        shop, pk = self.world.shop, int(at_work.object_pk)
        if what == "upload":
            self.by_people(shop.upload, pk)
        elif what == "same name":
            is_restored = at_work.status in (Status.RESTORING, Status.RESTORED)
            name = at_work.result_name if is_restored else at_work.source_name
            self.by_people(shop.upload_same_name, pk, save=False, name=name)
        elif what == "clear":
            self.by_people(shop.clear, pk)
        elif what == "bin":
            self.by_people(shop.bin, pk)
        elif what == "stop":
            self.stops(at_work)
        else:
            self.world.storage.faults.setdefault("open", []).insert(0, "lies")

    def visits(self, which: int, number: int, name: str) -> list[Callable[[], None]]:
        world, shop = self.world, self.world.shop
        return [
            lambda: self.by_people(shop.upload, which),
            lambda: self.by_people(shop.upload_same_name, which, save=False),
            lambda: self.by_people(shop.upload_same_name, which, save=True),
            lambda: self.by_people(shop.edit_caption, which, f"caption {number}"),
            lambda: self.deletes_or_clears(which, number),
            lambda: world.sweep(name),
            lambda: self.outlives_a_lease(name),
            lambda: self.called_back(number),
            lambda: self.stopped(number),
            lambda: self.orders(which),
            lambda: self.by_people(shop.bin, which),
            lambda: self.orders_and_stops(which),
        ]

    def orders(self, which: int) -> None:
        self.click_on([which], person=1, review=None)

    def orders_and_stops(self, which: int) -> None:
        """A colleague's order, which is over before whoever is at it gets on."""
        self.orders(which)
        for run in runs_of(self.world.shop.token(self.forms)):
            self.stops(run)

    def deletes_or_clears(self, which: int, number: int) -> None:
        self.by_people(self.world.shop.delete if number == 11 else self.world.shop.clear, which)

    def outlives_a_lease(self, name: str) -> None:
        """Whoever is at work takes so long that another worker thinks it is dead."""
        self.world.clock.advance(400)
        self.world.sweep(name)

    def called_back(self, number: int) -> None:
        entry: Any = pick(self.world.runflow.ledger, number)
        if entry:
            self.world.runflow.finish(entry, "succeeded", ["1"])
            self.world.callbacks.post(self.world.callbacks.compose(entry))

    def stopped(self, number: int) -> None:
        if run := self.run(number):
            self.stops(run)

    def stops(self, run: IsolationRun) -> None:
        act = stop_restoring if run.status == Status.RESTORING else stop
        self.world.work("web-2", act, run, user=self.world.shop.people[1])
