"""All rules together, and the two ways of telling stories by them: with a plain generator, as the
long run does, or with hypothesis, as the suite does.
"""

import random
import sys
from random import Random
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from .base import IMAGES
from .callback_rules import Letters
from .developer_rules import Developers
from .draws import drawn
from .outage_rules import Outages
from .pruning_rules import Pruning
from .staff_rules import People
from .totals import Totals

# The share of all rules that a story knows: where fewer things happen, they happen together.
SHARES = [0.3, 0.6, 1.0]

Step = tuple[str, dict[str, Any]]


class Simulation(Pruning, People, Letters, Developers, Outages):
    """What may happen in a shop."""


RULES = sorted(
    name
    for name in dir(Simulation)
    if hasattr(getattr(Simulation, name), "draws") and name != "opens"
)


def story_of(start: int, number: int, steps: int, images: int = IMAGES) -> list[Step]:
    """The story of that number: how it opens, and so many steps. It is always the same one.

    A shop with more ``images`` than usual has all clicked at once in the beginning.
    """
    chance = Random(f"{start}/{number}")
    known = chance.sample(RULES, round(chance.choice(SHARES) * len(RULES)))
    names = ["opens", *chance.choices(known, k=steps)]
    story = [(name, drawn(getattr(Simulation, name), chance)) for name in names]
    if images > IMAGES:
        story[0][1].update(images=images, budget=None)
    return story


def tell(world: Any, story: list[Step], totals: Totals | None = None) -> None:
    """Let a story happen in ``world``. Raises AssertionError where it goes against the rules."""
    told = Simulation(world, Totals() if totals is None else totals)
    random.seed(repr(story[0]))  # the pauses of the app; the same when the story is shortened
    try:
        for name, values in story:
            getattr(told, name)(**values)
            told.holds()
        told.ends()
    finally:
        told.totals.add_story(world)


class Machine(Simulation, RuleBasedStateMachine):
    """The same for hypothesis. Set ``stage`` on the class before."""

    stage: ClassVar[tuple[Any, Totals]]

    def __init__(self) -> None:
        Simulation.__init__(self, *self.stage)
        RuleBasedStateMachine.__init__(self)

    @invariant()
    def still_holds(self) -> None:
        self.holds()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.ends()
        finally:
            self.totals.add_story(self.world)


def simulate(world: Any, *, sequences: int, steps: int, start: int) -> Totals:
    """Have hypothesis tell so many stories in ``world``; raises what it raises for a bad one."""
    Machine.stage = world, Totals()
    run_state_machine_as_test(
        seed(start)(Machine),
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Machine.stage[1]
