"""What an evaluation may be among a run's measures, and the finding that follows from it.

Apart from asking for one, so that pages know the finding and nothing of Runflow.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status
from django_product_isolation.imaging.verdict import Limits, Seen, register
from django_product_isolation.models import IsolationRun

EVALUATION = "evaluation"  # its key among the measures, and the id of the finding
STRENGTH = 2.0
WANTED, ASKED, PASSED, NOT_PASSED, MISSING = "wanted", "asked", "passed", "not_passed", "missing"
OPEN = (WANTED, ASKED)


def register_finding() -> None:
    """Have a bad evaluation found like anything else that is amiss."""
    sentence = _("Runflow's own check found fault with this result. Look closely.")
    register(EVALUATION, sentence, _("Second opinion"))(not_passed)


def not_passed(measures: Mapping[str, Any], _limits: Limits) -> Seen | None:
    evaluation = measures.get(EVALUATION)
    if not evaluation or evaluation["state"] != NOT_PASSED:
        return None
    return Seen(STRENGTH, about=tuple(evaluation["issues"]))


def is_pending(run: IsolationRun) -> bool:
    """Whether an evaluation of a stored result is on its way."""
    return run.status == Status.READY and run.measures.get(EVALUATION, {}).get("state") in OPEN


def words_about(run: IsolationRun) -> str:
    """What to tell of an evaluation that is no finding: that it is good, or on its way; else ""."""
    if run.measures.get(EVALUATION, {}).get("state") == PASSED:
        return gettext("Runflow's own check found no fault with this result.")
    if is_pending(run):
        return gettext("Runflow is checking this result once more.")
    return ""
