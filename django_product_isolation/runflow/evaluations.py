"""Evaluations: asking Runflow to judge a result, and reading its verdict (contract, section 2.12).

Must not know how requests are sent, nor what follows from a verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from django_product_isolation.redaction import safe_text

from .replies import as_mapping, as_text, is_id, read_cost

TASK_TYPE = "product_photography"
TASK = (
    "The product of the reference image alone on a plain white background: the whole product, "
    "with the same shape, colours, parts, lettering and pattern, and nothing beside it."
)
MAX_ISSUES = 5
MAX_ISSUE = 200  # characters


class EvaluationState(str, Enum):
    """What has become of an evaluation at Runflow."""

    OPEN = "open"  # pending, running, or a word that is new to us: ask again
    COMPLETED = "completed"
    FAILED = "failed"

    __str__ = str.__str__


STATES = {"completed": EvaluationState.COMPLETED, "failed": EvaluationState.FAILED}


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """One evaluation to pay for. Links open the file to anyone: not shown."""

    result_url: str = field(repr=False)
    source_url: str = field(default="", repr=False)
    prompt: str = ""
    run_id: str
    client_ref: str
    idempotency_key: str

    @property
    def document(self) -> dict[str, Any]:
        """The body: no field that it lacks, none that is empty."""
        document = {
            "generated_image_url": self.result_url,
            "task_type": TASK_TYPE,
            "task_description": TASK,
            "generation_prompt": self.prompt,
            "reference_images": [
                {"url": url, "kind": "reference_image", "description": "the shop's own photo"}
                for url in [self.source_url]
                if url
            ],
            "run_id": self.run_id,
            "client_ref": self.client_ref,
        }
        return {name: value for name, value in document.items() if value}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Runflow's record of an evaluation, as far as we use it."""

    id: str
    state: EvaluationState
    passed: bool | None = None  # None: it does not say
    issues: tuple[str, ...] = ()
    cost: Decimal | None = None  # USD


def read_evaluation(record: object, *, ref: str) -> Evaluation:
    """Read the record of the evaluation that was asked for as ``ref``.

    Raises ValueError when there is none, it has no usable id, or names another client_ref.
    """
    known = as_mapping(record)
    evaluation_id = known.get("id") or known.get("evaluation_id") or ""
    if not is_id(evaluation_id):
        raise ValueError("no evaluation id")
    if as_text(known.get("client_ref")) not in ("", ref):
        raise ValueError("another evaluation")
    verdict = {**known, **as_mapping(known.get("verdict"))}
    passed = verdict.get("overall_passed")
    word = as_text(known.get("status_code") or known.get("status")).lower()
    return Evaluation(
        id=evaluation_id,
        state=STATES.get(word, EvaluationState.OPEN),
        passed=passed if isinstance(passed, bool) else None,
        issues=read_issues(verdict.get("top_issues")),
        cost=read_cost(known.get("cost")),
    )


def read_issues(value: object) -> tuple[str, ...]:
    """The judge's words, the first few, each clipped; entries that are no words are left out."""
    entries: Iterable[object] = value if isinstance(value, list) else ()
    words = (
        safe_text(one if isinstance(one, str) else as_mapping(one).get("description"))
        for one in entries
    )
    return tuple(word[:MAX_ISSUE] for word in words if word)[:MAX_ISSUES]
