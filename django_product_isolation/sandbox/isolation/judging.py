"""Coming to a verdict on a result (contract, section 2.12): by the measures of this package.

Knows which words a finding has for a judge; not what was asked for in which request.
"""

import io
import json
import logging
from typing import Any

from django_product_isolation.imaging.verdict import findings, measure
from django_product_isolation.sandbox.behaviour import Behaviour
from django_product_isolation.sandbox.config import EVALUATION_CENTS
from django_product_isolation.sandbox.store.accounts import Accounts
from django_product_isolation.sandbox.store.database import Database
from django_product_isolation.sandbox.store.evaluations import Evaluations

from .sources import Sources

logger = logging.getLogger("django_product_isolation")

ISSUES = {
    "colour_differs": "The colour is not the one of the reference image.",
    "cut_off": "The product is cut off at the frame.",
    "background_not_white": "The background is not white.",
    "label_differs": "The label or the pattern is not the one of the reference image.",
    "leftover": "Something else is beside the product.",
    "maybe_another": "It is not the product of the reference image.",
    "part_missing": "A part of the product is missing.",
}
OTHER = "The result is not as asked for."


class Judging:
    """Judges evaluations that are due."""

    def __init__(
        self,
        database: Database,
        evaluations: Evaluations,
        accounts: Accounts,
        sources: Sources,
        behaviour: Behaviour,
    ) -> None:
        self._database = database
        self._evaluations = evaluations
        self._accounts = accounts
        self._sources = sources
        self._behaviour = behaviour

    def judge(self, evaluation_id: str) -> None:
        """Come to a verdict, or fail; what fails costs nothing."""
        evaluation = self._evaluations.get(evaluation_id)
        try:
            issues = self._issues(json.loads(evaluation.request))
        except Exception:
            logger.exception("event=sandbox_evaluation_failed id=%s", evaluation_id)
            issues = None
        if issues is None:
            self._evaluations.end(evaluation_id, "failed")
            return
        with self._database.transaction():
            self._evaluations.end(
                evaluation_id,
                "completed",
                overall_passed=int(not issues),
                weighted_pass_rate=1.0 if not issues else 0.4,
                top_issues=json.dumps(issues),
                cost=f"{EVALUATION_CENTS / 100:.2f}",
            )
            self._accounts.debit(evaluation.org_id, EVALUATION_CENTS)

    def _issues(self, request: dict[str, Any]) -> list[str] | None:
        wish = self._behaviour["evaluation_verdict"]
        if wish == "failed":
            return None
        if wish != "judged":
            return list(ISSUES.values())[:2] if wish == "not_passed" else []
        result = io.BytesIO(self._sources.load(request["generated_image_url"]))
        references = request.get("reference_images") or [{"url": request["generated_image_url"]}]
        source = io.BytesIO(self._sources.load(references[0]["url"]))
        found = [one.id for one in findings(measure(source, result)) if one.id != "not_checked"]
        return [ISSUES.get(name, OTHER) for name in found]
