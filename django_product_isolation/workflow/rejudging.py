"""Judging again by other limits what was measured, beside what people decided. Opens no picture."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from django_product_isolation.choices import Status
from django_product_isolation.imaging.verdict import DEFAULT, Limits, findings
from django_product_isolation.models import IsolationRun, RunEvent

# Turned down at review, or taken back afterwards: a person has decided, whatever was said before.
UNWANTED = frozenset({Status.REJECTED, Status.RESTORING, Status.RESTORED})
CHUNK = 500


@dataclass
class LimitReport:
    """In how many results something is found, of those that people wanted and did not want."""

    wanted: int = 0
    unwanted: int = 0
    false_alarms: Counter[str] = field(default_factory=Counter)  # of the wanted, by finding
    caught: Counter[str] = field(default_factory=Counter)  # of the unwanted, by finding
    alarms: int = 0  # of the wanted, with any finding
    misses: int = 0  # of the unwanted, without any

    def add(self, found: set[str], *, is_wanted: bool) -> None:
        """Count one result."""
        if is_wanted:
            self.wanted += 1
            self.false_alarms.update(found)
            self.alarms += bool(found)
        else:
            self.unwanted += 1
            self.caught.update(found)
            self.misses += not found


def judge_again(limits: Limits = DEFAULT, *, since: datetime | None = None) -> LimitReport:
    """What ``limits`` would have found in the measured results that people decided about.

    ``since`` leaves out runs whose status changed last before that moment.
    """
    approved = RunEvent.objects.filter(run=OuterRef("pk"), kind=RunEvent.Kind.APPROVED)
    decided = Q(status__in=UNWANTED) | Q(Exists(approved))
    runs = IsolationRun.objects.filter(decided, doubt__isnull=False).order_by()
    if since:
        runs = runs.filter(status_since__gte=since)
    report = LimitReport()
    for status, measures in runs.values_list("status", "measures").iterator(chunk_size=CHUNK):
        found = {finding.id for finding in findings(measures, limits)}
        report.add(found, is_wanted=status not in UNWANTED)
    return report


def changed_limits(values: Mapping[str, float]) -> Limits:
    """The limits with others for those named. Raises ValueError for what is no single number."""
    single = {
        one.name: type(default)
        for one in fields(Limits)
        if isinstance(default := getattr(DEFAULT, one.name), int | float)
    }
    if unknown := sorted(set(values) - set(single)):
        raise ValueError(f"There is no limit {', '.join(unknown)}. Known are: {', '.join(single)}.")
    changes = {name: single[name](value) for name, value in values.items()}
    return replace(DEFAULT, **changes)  # type: ignore[arg-type]
