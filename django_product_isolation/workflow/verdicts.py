"""Having a result judged beside its source, where the shop wants only the doubtful to wait.

A judgement that fails holds up nothing and loses nothing: it says that it could not be made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django_product_isolation.conf import get_settings
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import FileMissing, FileTooLarge
from django_product_isolation.imaging.verdict import Finding, findings, measure
from django_product_isolation.models import IsolationRun, RunFinding

STRONGEST = 1000.0  # what is kept: a rule of the shop's may answer what no database takes


@dataclass(frozen=True)
class Verdict:
    """What a result was measured to be, what was found in it, and what of that holds it back."""

    measures: dict[str, Any]
    found: Sequence[Finding]
    holds_back: bool

    @property
    def doubt(self) -> float:
        """The strength of the strongest finding, 0 for none."""
        return min(self.found[0].strength, STRONGEST) if self.found else 0.0


def judged(run: IsolationRun, result: BinaryIO) -> Verdict | None:
    """The verdict on ``result`` beside the run's source; None where nobody wants one.

    Raises StorageFailed.
    """
    if not get_settings().reviews_doubtful:
        return None
    try:
        with run.target.copy(run.source_name) as source:
            measures = measure(source, result)
    except (FileMissing, FileTooLarge):
        measures = {"unchecked": [{"what": "source", "why": "missing"}]}
    found = findings(measures)
    passing = tolerated(run) if found else frozenset()
    return Verdict(measures, found, any(finding.id not in passing for finding in found))


def tolerated(run: IsolationRun) -> frozenset[str]:
    """The ids of findings that do not hold the run's result back: what its order said, whatever
    became of presets since."""
    return frozenset(map(str, run.batch.tolerated_findings))


@retry_on_conflict
def with_findings(run: IsolationRun, found: Sequence[Finding], move: Callable[[], bool]) -> bool:
    """Keep what was found together with the ``move`` of the run's status, both or neither."""
    with run.all_or_nothing():
        if not move():
            return False
        rows = [
            RunFinding(run=run, finding=one.id, strength=min(one.strength, STRONGEST))
            for one in found
        ]
        RunFinding.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def record_decision(run: IsolationRun, decision: RunFinding.Decision) -> list[str]:
    """Note what was decided about the findings in a run's result; their ids, strongest first."""
    if not run.doubt:
        return []
    ids = found_in(run)
    run.found.update(decision=decision)
    return ids


def found_in(run: IsolationRun) -> list[str]:
    """The ids of what was found in the run's result when it came, the strongest first."""
    if not run.doubt:
        return []
    return list(run.found.order_by("-strength", "finding").values_list("finding", flat=True))


def findings_of(run: IsolationRun) -> list[Finding]:
    """What deserves a closer look in the run's result by today's limits, the strongest first."""
    return findings(run.measures) if run.measures else []
