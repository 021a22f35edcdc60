"""The state machine's ground: a world per story, what is looked at after each step, and the end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import approve, resume
from tests.reliability.world import World
from tests.reliability.world.convergence import calm, come_to_rest, next_due, resume_all

from .totals import Totals

IMAGES = 3
LONGEST_SKEW = timedelta(days=1)

some = st.integers(0, 11)  # which run, message or callback, counted round and round
images = st.integers(1, IMAGES)
workers = st.sampled_from(["worker-1", "worker-2", "worker-3"])
people = st.integers(0, 1)
# How long life goes on by itself after something was done or broken: else little would meet it.
rounds = st.integers(0, 3)


def pick(things: Any, number: int) -> Any:
    """One of ``things``, the newest first; None when there are none."""
    return things[-1 - number % len(things)] if things else None


class Story(RuleBasedStateMachine):
    """One shop's story. Set ``world`` (installed) and ``totals`` on the class before."""

    world: ClassVar[World]
    totals: ClassVar[Totals]

    def __init__(self) -> None:
        super().__init__()
        self.seen = self.forms = 0

    @initialize(
        review=st.booleans(),
        public=st.booleans(),
        overwrites=st.booleans(),
        mode=st.sampled_from(["celery", "celery", "embedded", "request"]),
        budget=st.sampled_from([None, None, None, "1.35"]),
        grammar=st.sampled_from(["EQ", "colon", "refused", "ignored"]),
        honours_key=st.booleans(),
        signs_on_request_only=st.booleans(),
        listing_delay=st.sampled_from([0, 0, 30, 240]),
        then=st.integers(0, 6),
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
    ) -> None:
        """A shop and a Runflow of some kind; somebody clicks."""
        world = self.world
        world.uuids = 0
        world.reset(images=IMAGES, REVIEW=review, WORKERS=mode, DAILY_BUDGET=budget)
        world.storage.is_public, world.storage.overwrites = public, overwrites
        world.runflow.grammar, world.runflow.honours_key = grammar, honours_key
        world.runflow.signs_on_request_only = signs_on_request_only
        world.runflow.listing_delay = listing_delay
        self.click_on([1, 2], person=0, review=None)
        self.life_goes_on(then)

    def click_on(self, pks: list[int], *, person: int, review: bool | None) -> None:
        self.forms += 1
        self.submit_form(self.forms, pks, person=person, review=review)

    def submit_form(self, form: int, pks: list[int], *, person: int, review: bool | None) -> None:
        shop = self.world.shop
        options = {"user": shop.people[person], "token": shop.token(form), "review": review}
        self.world.work("web", isolate, shop.images(pks), **options)

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
            world.sweep()
            self.people_help()

    def people_help(self) -> None:
        """One run that waits for a person goes on."""
        waiting = Q(status=Status.HELD) | Q(status=Status.READY, review=True)
        for run in IsolationRun.objects.filter(waiting).order_by("status_since")[:1]:
            act = resume if run.status == Status.HELD else approve
            self.world.work("web", act, run, user=self.world.shop.people[0])

    def run(self, number: int) -> IsolationRun | None:
        """A run as the page that a person looks at has it."""
        pk = pick(list(self.world.invariants.runs), number)
        return pk and IsolationRun.objects.select_related("batch").filter(pk=pk).first()

    def by_people(self, act: Callable[..., Any], *args: Any, **options: Any) -> None:
        """A change of the shop's own tables and files."""
        act(*args, **options)
        self.world.invariants.people_changed()

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """What was planned to happen waits."""
        world = self.world
        planned = world.points.visits_at, world.points.deaths_at, world.database.errors_at
        world.points.visits_at, world.points.deaths_at, world.database.errors_at = {}, set(), {}
        yield
        world.points.visits_at, world.points.deaths_at, world.database.errors_at = planned

    @invariant()
    def holds(self) -> None:
        """Nothing went against the rules, as far as it can be seen now."""
        world = self.world
        self.totals.counts["steps"] += 1
        if world.database.writes != self.seen or world.storage.writes:
            self.seen = world.database.writes
            world.invariants.after_step()
        world.check()

    def teardown(self) -> None:
        """Faults stop, Runflow works, people press Resume, and all comes to rest."""
        try:
            if sys.exc_info()[0] is None:
                self.ends()
        finally:
            self.totals.add_story(self.world)

    def ends(self) -> None:
        world = self.world
        calm(world)
        world.runflow.isolates_at_once = True
        for entry in world.runflow.ledger:
            world.runflow.finish(entry, "succeeded", ["1"])
        for _ in range(3):
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
