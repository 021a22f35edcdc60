"""For each cell of the matrix, how its fault is made and which outcome is seen.

A scenario is a function of a flow that plans the fault and plays to the end. Where the design
decides otherwise than the matrix, the scenario says why.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .flow import Flow


@dataclass(frozen=True)
class Scenario:
    """One way to meet a fault at a step."""

    step: str
    fault: str
    outcome: str
    play: Callable[[Flow], None]
    instead: str = ""  # why the design wants another outcome than the matrix

    def __str__(self) -> str:
        return f"{self.step}{self.fault}-{self.outcome}-{self.play.__name__.strip('_')}"


SCENARIOS: list[Scenario] = []


def cell(
    step: str, fault: str, outcome: str, *, instead: str = ""
) -> Callable[[Callable[[Flow], None]], Callable[[Flow], None]]:
    """Enter a function for one cell; may be used several times on one function."""

    def enter(play: Callable[[Flow], None]) -> Callable[[Flow], None]:
        SCENARIOS.append(Scenario(step, fault, outcome, play, instead))
        return play

    return enter


def cells(fault: str, outcomes: str) -> Callable[[Callable[[Flow, str], None]], None]:
    """Enter a function of flow and step for several steps: "S1:N S2:S"."""

    def enter(play: Callable[[Flow, str], None]) -> None:
        for step, outcome in (pair.split(":") for pair in outcomes.split()):

            def at(flow: Flow, step: str = step) -> None:
                play(flow, step)

            at.__name__ = play.__name__
            SCENARIOS.append(Scenario(step, fault, outcome, at))

    return enter
