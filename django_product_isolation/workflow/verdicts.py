"""Having a result judged beside its source, where the shop wants only the doubtful to wait.

A judgement that fails holds up nothing and loses nothing: it says that it could not be made.
"""

from typing import Any, BinaryIO

from django_product_isolation.conf import get_settings
from django_product_isolation.host import FileMissing, FileTooLarge
from django_product_isolation.imaging.verdict import Finding, findings, measure
from django_product_isolation.models import IsolationRun


def judged(run: IsolationRun, result: BinaryIO) -> dict[str, Any]:
    """The measures of ``result`` beside the run's source; {} where nobody wants them.

    Raises StorageFailed.
    """
    if not get_settings().reviews_doubtful:
        return {}
    try:
        with run.target.copy(run.source_name) as source:
            return measure(source, result)
    except (FileMissing, FileTooLarge):
        return {"unchecked": [{"what": "source", "why": "missing"}]}


def findings_of(run: IsolationRun) -> list[Finding]:
    """What deserves a closer look in the run's result, the strongest first."""
    return findings(run.measures) if run.measures else []
