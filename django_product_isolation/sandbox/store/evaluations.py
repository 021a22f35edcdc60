"""The evaluations on record: creating, finding and ending them.

Knows the rows; not how a verdict is come to.
"""

import time
from dataclasses import dataclass
from typing import Any

from .database import Database
from .identifiers import timestamp, uuid7


@dataclass(frozen=True)
class Evaluation:
    """One row; JSON columns are still text."""

    id: str
    org_id: str
    status_code: str
    request: str
    overall_passed: int | None
    weighted_pass_rate: float | None
    top_issues: str | None
    cost: str | None
    created_at: str
    completed_at: str | None
    due_at: float | None


class Evaluations:
    """The evaluations of every organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, org_id: str, request: str) -> Evaluation:
        """Add a pending evaluation and return it."""
        evaluation_id = uuid7()
        self._database.insert(
            "evaluation",
            id=evaluation_id,
            org_id=org_id,
            status_code="pending",
            request=request,
            created_at=timestamp(),
            due_at=time.time(),
        )
        return self.get(evaluation_id)

    def get(self, evaluation_id: str) -> Evaluation:
        """Return an evaluation that is known to exist."""
        [row] = self._database.rows("SELECT * FROM evaluation WHERE id = ?", evaluation_id)
        return Evaluation(**row)

    def find(self, org_id: str, evaluation_id: str) -> Evaluation | None:
        """Return an evaluation of this organisation, or None."""
        row = self._database.row(
            "SELECT * FROM evaluation WHERE org_id = ? AND id = ?", org_id, evaluation_id
        )
        return Evaluation(**row) if row else None

    def of_run(self, org_id: str, run_id: str) -> list[Evaluation]:
        """Return the evaluations of this organisation that name a run, oldest first."""
        found = self._database.rows(
            "SELECT * FROM evaluation WHERE org_id = ? AND json_extract(request, '$.run_id') = ? "
            "ORDER BY id",
            org_id,
            run_id,
        )
        return [Evaluation(**row) for row in found]

    def end(self, evaluation_id: str, status: str, **values: Any) -> None:
        """Bring an evaluation to its end."""
        ended = {"status_code": status, "due_at": None, "completed_at": timestamp()}
        self._database.update("evaluation", evaluation_id, **ended, **values)

    def due(self, limit: int) -> list[tuple[str, float]]:
        """Return the evaluations that wait for their verdict, soonest first: id and moment."""
        found = self._database.rows(
            "SELECT id, due_at FROM evaluation WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?",
            limit,
        )
        return [(row["id"], row["due_at"]) for row in found]
