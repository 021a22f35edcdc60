"""What developers do: settings that change between an order and what becomes of it."""

from django_product_isolation.workflow.timing import MIN_LOOKUPS

from .base import Story, rounds
from .draws import between, rule

BETWEEN_LOOKS = 400  # seconds


class Developers(Story):
    @rule(then=rounds)
    def another_model(self, then: int) -> None:
        """Or the first one again."""
        options = self.world.options
        if options.pop("MODEL", None) is None:
            options["MODEL"] = "runflow/another-model"
        self.world.apply_settings()
        self.life_goes_on(then)

    @rule(looks=between(1, MIN_LOOKUPS + 2), then=rounds)
    def key_of_another_account(self, looks: int, then: int) -> None:
        """Somebody sets it, and puts the right one back after a while."""
        world = self.world
        world.options["API_KEY"] = "rf_live_of_another_account"
        world.apply_settings()
        for _ in range(looks):
            world.clock.advance(BETWEEN_LOOKS)
            world.sweep("worker-1")
        del world.options["API_KEY"]
        world.apply_settings()
        self.life_goes_on(then)
