"""What a second opinion may be among a run's measures, and the finding that follows from it.

Apart from asking for one, so that pages know the finding and nothing of Runflow.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status
from django_product_isolation.imaging.verdict import Limits, Seen, register
from django_product_isolation.models import IsolationRun

SECOND_OPINION = "second_opinion"  # the finding
STRENGTH = 2.0
OPINION = "evaluation"  # its key among the measures
WANTED, ASKED, PASSED, NOT_PASSED, MISSING = "wanted", "asked", "passed", "not_passed", "missing"
OPEN = (WANTED, ASKED)


def register_finding() -> None:
    """Have a bad opinion found like anything else that is amiss."""
    sentence = _("Runflow's own check found fault with this result. Look closely.")
    register(SECOND_OPINION, sentence, _("Second opinion"))(second_opinion)


def second_opinion(measures: Mapping[str, Any], _limits: Limits) -> Seen | None:
    opinion = measures.get(OPINION)
    if not opinion or opinion["state"] != NOT_PASSED:
        return None
    return Seen(STRENGTH, about=tuple(opinion["issues"]))


def is_pending(run: IsolationRun) -> bool:
    """Whether an opinion on a stored result is on its way."""
    return run.status == Status.READY and run.measures.get(OPINION, {}).get("state") in OPEN


def words_about(run: IsolationRun) -> str:
    """What to tell of an opinion that is no finding: that it is good, or on its way; else ""."""
    if run.measures.get(OPINION, {}).get("state") == PASSED:
        return gettext("Runflow's own check found no fault with this result.")
    if is_pending(run):
        return gettext("Runflow is checking this result once more.")
    return ""
