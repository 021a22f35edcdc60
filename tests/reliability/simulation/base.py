"""A story's ground: how it begins, what is looked at after each step, and the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta
from typing import Any

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import approve, resume
from tests.reliability.simulator import World
from tests.reliability.simulator.convergence import (
    calm,
    come_to_rest,
    is_anything_due,
    next_due,
    resume_all,
    waiting_for_people,
)
from tests.reliability.simulator.shop import NAMES

from .draws import YES_OR_NO, between, one_of, opening
from .totals import Totals

IMAGES = 3
NEVER = 1e9  # seconds until Runflow lists a run: then all hangs on its callbacks
# On one day in one of them it is yesterday, and tomorrow, in others.
ZONES = ["UTC", "Pacific/Kiritimati", "America/Sao_Paulo", "Asia/Kolkata"]
LONGEST_SKEW = timedelta(days=1)

some = between(0, 11)  # which run, message or callback, counted round and round
images = between(1, IMAGES)
workers = one_of(["worker-1", "worker-2", "worker-3"])
people = between(0, 1)
# How long life goes on by itself after something was done or broken: else little would meet it.
rounds = between(0, 3)


def run_of(pk: Any) -> IsolationRun | None:
    """The run as a page shows it, and as the app is given it."""
    return next(iter(IsolationRun.objects.select_related("batch").order_by().filter(pk=pk)), None)


def pick(things: Any, number: int) -> Any:
    """One of ``things``, the newest first; None when there are none."""
    return things[-1 - number % len(things)] if things else None


class Story:
    """One shop's story, in a world that is installed."""

    def __init__(self, world: World, totals: Totals) -> None:
        self.world, self.totals = world, totals
        self.seen = self.forms = 0

    @opening(
        review=YES_OR_NO,
        public=YES_OR_NO,
        overwrites=YES_OR_NO,
        mode=one_of(["celery", "celery", "embedded", "thread"]),
        budget=one_of([None, None, "0.54", "1.35"]),
        grammar=one_of(["EQ", "colon", "refused", "ignored"]),
        honours_key=YES_OR_NO,
        signs_on_request_only=YES_OR_NO,
        listing_delay=one_of([0, 0, 30, 240, NEVER]),
        keeps=one_of(["both", "both", "metadata", "client_ref"]),
        names=one_of(["photo", *NAMES]),
        has_bin=YES_OR_NO,
        zone=one_of(ZONES),
        then=between(0, 6),
    )
    def opens(
        self,
        review: bool,
        public: bool,
        overwrites: bool,
        mode: str,
        budget: str | None,
        grammar: str,
        honours_key: bool,
        signs_on_request_only: bool,
        listing_delay: float,
        then: int,
        keeps: str = "both",
        names: str = "photo",
        has_bin: bool = False,
        zone: str = "UTC",
        images: int = IMAGES,
    ) -> None:
        """A shop and a Runflow of some kind; somebody clicks."""
        world = self.world
        world.uuids = 0
        shop = {"images": images, "names": names, "has_bin": has_bin, "zone": zone}
        world.reset(**shop, REVIEW=review, WORKERS=mode, DAILY_BUDGET=budget)
        there = ZONES.index(zone)
        self.zones = ZONES[there - 1], ZONES[there - 2]  # of the people: other ones than the site's
        world.storage.is_public, world.storage.overwrites = public, overwrites
        world.runflow.grammar, world.runflow.honours_key = grammar, honours_key
        world.runflow.signs_on_request_only = signs_on_request_only
        world.runflow.listing_delay, world.runflow.keeps = listing_delay, keeps
        self.click_on([1, 2, *range(IMAGES + 1, images + 1)], person=0, review=None)
        self.life_goes_on(then)

    def click_on(self, pks: list[int], *, person: int, review: bool | None) -> None:
        self.forms += 1
        self.submit_form(self.forms, pks, person=person, review=review)

    def submit_form(self, form: int, pks: list[int], *, person: int, review: bool | None) -> None:
        shop = self.world.shop
        self.world.orders.click(
            shop.images(pks),
            token=shop.token(form),
            zone=self.zones[person],
            user=shop.people[person],
            review=review,
        )

    def life_goes_on(self, rounds: int) -> None:
        """Messages are delivered, time passes, Runflow works and calls back, people help."""
        world = self.world
        for _ in range(rounds):
            for message in world.broker.bag[:4]:
                world.broker.bag.remove(message)
                world.deliver(message)
            entry = next((entry for entry in world.runflow.ledger if not entry.is_over), None)
            if entry is not None:
                world.runflow.finish(entry, "succeeded", [str(world.points.all % 8)])
                self.totals.counts["callbacks delivered"] += 1
                world.callbacks.send(world.callbacks.compose(entry))
            due = next_due()
            if due is not None and due - world.clock.true() < timedelta(hours=6):
                world.clock.advance_to(due)
            if is_anything_due(world):
                world.sweep("worker-2")
            self.people_help()

    def people_help(self) -> None:
        """One run that waits for a person goes on."""
        for pk, status in waiting_for_people().rows()[:1]:
            act = resume if status == Status.HELD else approve
            self.world.work("web", act, run_of(pk), user=self.world.shop.people[0])

    def run(self, number: int) -> IsolationRun | None:
        """A run as the page that a person looks at has it."""
        pk = pick(list(self.world.invariants.runs), number)
        return pk and run_of(pk)

    def by_people(self, act: Callable[..., Any], *args: Any, **options: Any) -> None:
        """A change of the shop's own tables and files, in a request of its own."""
        Context().run(act, *args, **options)
        self.world.invariants.people_changed()

    def all_is_called_back(self) -> None:
        """Where runs are not listed, a callback comes for each of them, sooner or later."""
        world = self.world
        if world.runflow.listing_delay < NEVER:
            return
        world.callbacks.signer = world.callbacks.secrets[-1]
        with self.undisturbed():
            for entry in world.runflow.ledger:
                if entry.body.get("callback_url"):
                    world.callbacks.send(world.callbacks.compose(entry))

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """What was planned to happen waits."""
        world = self.world
        points, database = world.points, world.database
        planned = points.visits_at, points.visits_on, points.deaths_at, database.errors_at
        points.visits_at, points.visits_on, points.deaths_at, database.errors_at = {}, {}, set(), {}
        yield
        points.visits_at, points.visits_on, points.deaths_at, database.errors_at = planned

    def holds(self) -> None:
        """Nothing went against the rules, as far as it can be seen now."""
        world = self.world
        self.totals.counts["steps"] += 1
        if world.database.writes != self.seen or world.storage.writes:
            self.seen = world.database.writes
            world.invariants.after_step()
        world.check()

    def ends(self) -> None:
        """Faults stop, Runflow works, people press Resume, and all comes to rest."""
        world = self.world
        calm(world)
        world.runflow.isolates_at_once = True
        for entry in world.runflow.ledger:
            world.runflow.finish(entry, "succeeded", ["1"])
        for _ in range(3):
            self.all_is_called_back()
            come_to_rest(world, longest_skew=LONGEST_SKEW)
            if not resume_all(world):
                break
        world.invariants.at_end()
        world.check()
        self.nothing_comes_of_old_callbacks()
        world.check()

    def nothing_comes_of_old_callbacks(self) -> None:
        """All that was ever sent is sent again (I6)."""
        world = self.world
        before = world.invariants.runs
        shown, paid = world.invariants.shown, len(world.runflow.ledger)
        for delivery in world.callbacks.sent[-4:]:
            world.callbacks.post(delivery)
            self.totals.counts["replays"] += 1
        world.invariants.after_step()
        after = world.invariants.runs
        same = all(before[pk].status == run.status for pk, run in after.items())
        if not same or shown != world.invariants.shown or paid != len(world.runflow.ledger):
            world.violation("I6 an old callback changed something")
