"""All rules together, and how they are run: by pytest or by ``python -m``."""

from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .letters import Letters
from .people import People
from .totals import Totals
from .trouble import Trouble
from .workers import Workers


class Simulation(People, Workers, Letters, Trouble):
    """What may happen in a shop."""


def simulate(world: Any, *, sequences: int, steps: int, start: int, shrink: bool = False) -> Totals:
    """Play so many stories in ``world``; raises what hypothesis raises for one that goes wrong.

    The same ``start`` gives the same stories; ``shrink`` looks for a shorter one.
    """
    Simulation.world, Simulation.totals = world, Totals()
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        seed(start)(Simulation),
        settings=settings(
            max_examples=sequences,
            stateful_step_count=steps,
            phases=phases,
            database=None,
            deadline=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.normal,
        ),
    )
    return Simulation.totals
