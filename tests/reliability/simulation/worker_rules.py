"""What goes on by itself: messages, sweeps, time, and Runflow's work."""

from datetime import timedelta

from django_product_isolation import tasks
from tests.reliability.simulator.convergence import next_due
from tests.reliability.simulator.runflow import UNSAFE

from .base import Story, pick, some, workers
from .draws import YES_OR_NO, between, one_of, rule, some_of

OUTPUTS = ["garbage", "truncated", "empty", "animated", "wide", "small", "flat", *UNSAFE]
GOOD = [str(number) for number in range(8)]


class Workers(Story):
    @rule(number=some, name=workers)
    def deliver(self, number: int, name: str) -> None:
        if message := pick(self.world.broker.bag, number):
            self.world.broker.bag.remove(message)
            self.world.deliver(message, name)

    @rule(name=workers)
    def deliver_most(self, name: str) -> None:
        for _ in range(6):
            if self.world.broker.bag:
                self.world.deliver(self.world.broker.bag.pop(0), name)

    @rule(number=some, name=workers)
    def duplicate(self, number: int, name: str) -> None:
        if message := pick(self.world.broker.bag, number):
            self.world.deliver(message, name)

    @rule(number=some)
    def drop(self, number: int) -> None:
        if message := pick(self.world.broker.bag, number):
            self.world.broker.bag.remove(message)

    @rule(what=one_of(["up", "up", "down", "emptied"]))
    def broker_is(self, what: str) -> None:
        if what == "emptied":
            self.world.broker.bag.clear()
        else:
            self.world.broker.is_down = what == "down"

    @rule(name=workers)
    def sweep(self, name: str) -> None:
        self.world.sweep(name)

    @rule()
    def beat(self) -> None:
        self.world.work("beat", tasks.sweep.run)

    @rule(name=workers)
    def time_passes(self, name: str) -> None:
        """Until something is due; then it is taken care of."""
        due = next_due()
        if due is not None and due - self.world.clock.true() < timedelta(days=2):
            self.world.clock.advance_to(due)
            self.world.sweep(name)

    @rule(rounds=between(1, 6))
    def quiet_times(self, rounds: int) -> None:
        """Nothing goes wrong but what was planned."""
        self.life_goes_on(rounds)

    @rule(seconds=one_of([1, 30, 301, 1000, 4 * 3600, 86_500]))
    def advance_clock(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule(number=some, output=one_of(GOOD), calls_back=YES_OR_NO)
    def runflow_finishes(self, number: int, output: str, calls_back: bool) -> None:
        self.finish(number, "succeeded", [output], calls_back=calls_back)

    @rule(
        number=some,
        state=one_of(["succeeded", "succeeded", "failed", "cancelled"]),
        output=some_of(OUTPUTS + GOOD, most=2),
        calls_back=YES_OR_NO,
    )
    def runflow_finishes_oddly(
        self, number: int, state: str, output: list[str], calls_back: bool
    ) -> None:
        self.finish(number, state, output, calls_back=calls_back)

    def finish(self, number: int, state: str, output: list[str], *, calls_back: bool) -> None:
        entry = pick([entry for entry in self.world.runflow.ledger if not entry.is_over], number)
        if entry is None:
            return
        self.world.runflow.finish(entry, state, output)
        if calls_back and entry.body.get("callback_url"):
            self.totals.counts["callbacks delivered"] += 1
            self.world.callbacks.send(self.world.callbacks.compose(entry))
