"""What developers do: settings that change between an order and what becomes of it."""

from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.reliability.simulator.http import DARK

from .base import images, rounds
from .draws import between, one_of, rule
from .fault_rules import Trouble

BETWEEN_LOOKS = 400  # seconds


class Developers(Trouble):
    @rule(then=rounds)
    def another_model(self, then: int) -> None:
        """Or the first one again."""
        options = self.world.options
        if options.pop("MODEL", None) is None:
            options["MODEL"] = "runflow/another-model"
        self.world.apply_settings()
        self.life_goes_on(then)

    @rule(
        which=images,
        kind=one_of([*DARK, *(f"lost {kind}" for kind in DARK)]),
        looks=between(1, MIN_LOOKUPS + 2),
        then=rounds,
    )
    def key_of_another_account(self, which: int, kind: str, looks: int, then: int) -> None:
        """Somebody sets it while nobody knows what became of a request, and puts the right one
        back after a while."""
        world = self.world
        self.fault(world.network.faults, "POST run", kind)
        self.click_on([which], person=0, review=None)
        self.life_goes_on(1)
        world.options["API_KEY"] = "rf_live_of_another_account"
        world.apply_settings()
        for _ in range(looks):
            world.clock.advance(BETWEEN_LOOKS)
            world.sweep("worker-1")
        self.holds()  # with the right key a run that was given up is found again
        del world.options["API_KEY"]
        world.apply_settings()
        self.life_goes_on(then)
