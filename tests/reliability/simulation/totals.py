"""What a run of the simulation comes to, in figures that can be added up."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SECONDS = 3600.0


@dataclass
class Totals:
    """Counts by name, and the points that were reached."""

    counts: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    hours: float = 0.0

    def add(self, other: "Totals") -> None:
        self.counts += other.counts
        self.reached |= other.reached
        self.hours += other.hours

    def add_story(self, world: Any) -> None:
        """What happened in a world since it was reset."""
        counts = self.counts
        counts["sequences"] += 1
        counts["clicks"] += len(world.invariants.runs)
        counts["POSTs sent"] += sum(what != "unsent" for _ref, what in world.network.posts)
        counts["POSTs accepted"] += len(world.runflow.ledger)
        counts["deaths"] += world.points.deaths
        counts["database errors"] += world.database.errors
        counts["images changed by the app"] += len(world.invariants.changes)
        counts["paid twice"] += sum(text.startswith("I3 paid") for text in world.violations)
        counts["paid and forgotten"] += sum(text.startswith("I12") for text in world.violations)
        counts["violations"] += len(world.violations)
        self.reached |= world.points.reached
        self.hours += world.clock.elapsed / SECONDS

    def line(self, seconds: float) -> str:
        """How far it is by now."""
        told = [f"{name} {self.counts[name]:,}" for name in SHORT]
        return ", ".join([f"{seconds:,.0f} s", *told, f"crash points {len(self.reached)}"])

    def report(self, seconds: float) -> str:
        """One figure a line. ``seconds`` is how long it all took."""
        lines = [f"{name}: {self.counts[name]:,}" for name in NAMES]
        lines.insert(5, f"distinct crash points reached: {len(self.reached)}")
        lines.append(f"simulated hours: {self.hours:,.0f}")
        lines.append(f"steps per second: {self.counts['steps'] / max(seconds, 0.001):,.0f}")
        return "\n".join(lines)


SHORT = ["sequences", "steps", "clicks", "POSTs accepted", "deaths", "violations"]
NAMES = [
    "sequences",
    "steps",
    "clicks",
    "POSTs sent",
    "POSTs accepted",
    "deaths",
    "callbacks delivered",
    "replays",
    "forged callbacks",
    "database errors",
    "uploads by people",
    "images changed by the app",
    "paid twice",
    "paid and forgotten",
    "violations",
]
