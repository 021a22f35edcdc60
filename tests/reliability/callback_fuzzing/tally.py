"""What came of many requests. Must not know Django: processes hand tallies to one another."""

from collections import Counter
from dataclasses import dataclass, field

MAX_SHOWN = 20  # failures kept with their requests


@dataclass
class Tally:
    """What came of many requests; tallies of several processes are added up."""

    names: tuple[str, ...]  # of the counts that are shown, also where they are 0
    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        failures = self.failures + other.failures
        counts, kinds = self.counts + other.counts, self.kinds + other.kinds
        return Tally(self.names, counts, kinds, failures[:MAX_SHOWN])

    def count(self, broken: list[str], where: str) -> None:
        """Note which promises were broken, if any, and at what."""
        self.counts.update(broken)
        if broken and len(self.failures) < MAX_SHOWN:
            self.failures.append(f"{', '.join(broken)}: {where}")

    @property
    def report(self) -> str:
        lines = [f"{name:<32}{self.counts[name]:>12,}" for name in self.names]
        lines += [f"  {kind:<30}{number:>12,}" for kind, number in sorted(self.kinds.items())]
        return "\n".join(lines + self.failures)
