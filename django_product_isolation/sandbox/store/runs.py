"""The runs on record: creating, finding and moving them.

Knows the rows and which state may follow which; not how a picture is made or a reply looks.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .database import Database
from .identifiers import timestamp, uuid7

OPEN = ("queued", "dispatching", "running")

# Which states each may come from: never backwards, and terminal is final (contract, section 3).
COMES_FROM = {
    "dispatching": ("queued",),
    "running": ("queued", "dispatching"),
    "succeeded": ("running",),
    "failed": OPEN,
    "cancelled": OPEN,
}


@dataclass(frozen=True)
class Run:
    """One row; JSON columns are still text."""

    id: str
    org_id: str
    model: str
    status_code: str
    input: str
    metadata: str | None
    client_ref: str | None
    callback_url: str | None
    faults: str
    request_id: str
    output_files: str | None
    engine: str | None
    cost: str | None
    failure_code: str | None
    failure_message: str | None
    failure_stage_code: str | None
    created_at: str
    started_at: str | None
    completed_at: str | None
    duration_ms: int | None
    attempts: int
    due_at: float | None

    @property
    def is_open(self) -> bool:
        """Whether the run can still move."""
        return self.status_code in OPEN

    @property
    def is_stuck(self) -> bool:
        """Whether a fault keeps it in the state it is in."""
        faults = self.fault_options
        return (self.status_code == "queued" and "stuck_in_queued" in faults) or (
            self.status_code == "running" and "unknown_state" in faults
        )

    @property
    def fields(self) -> dict[str, Any]:
        """The input as it was accepted."""
        return dict(json.loads(self.input))

    @property
    def fault_options(self) -> dict[str, Mapping[str, Any]]:
        """The faults it was created with: name to options."""
        return dict(json.loads(self.faults))

    @property
    def files(self) -> list[str]:
        """Names of the output files."""
        return list(json.loads(self.output_files or "[]"))


class Runs:
    """The runs of every organisation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, **values: Any) -> Run:
        """Add a queued run and return it."""
        run_id = uuid7()
        self._database.insert(
            "run", id=run_id, status_code="queued", created_at=timestamp(), **values
        )
        return self.get(run_id)

    def get(self, run_id: str) -> Run:
        """Return a run that is known to exist."""
        return Run(**self._database.rows("SELECT * FROM run WHERE id = ?", run_id)[0])

    def find(self, org_id: str, run_id: str) -> Run | None:
        """Return a run of this organisation, or None."""
        row = self._database.row("SELECT * FROM run WHERE org_id = ? AND id = ?", org_id, run_id)
        return Run(**row) if row else None

    def latest(self, limit: int) -> list[Run]:
        """Return the newest runs of all organisations."""
        found = self._database.rows("SELECT * FROM run ORDER BY id DESC LIMIT ?", limit)
        return [Run(**row) for row in found]

    def move(self, run: Run, status: str, **values: Any) -> bool:
        """Move a run on and set columns beside; False when its state forbids it."""
        came_from = COMES_FROM[status]
        changes = ", ".join(f"{column} = ?" for column in values)
        moved = self._database.execute(
            f"UPDATE run SET status_code = ?{', ' * bool(values)}{changes} "  # noqa: S608
            f"WHERE id = ? AND status_code IN ({', '.join('?' * len(came_from))})",
            status,
            *values.values(),
            run.id,
            *came_from,
        )
        return moved == 1

    def count_attempt(self, run: Run) -> None:
        """Note that the work on a run begins, so that one that kills the worker is noticed."""
        self._database.update("run", run.id, attempts=run.attempts + 1)

    def due(self, limit: int) -> list[tuple[str, float]]:
        """Return the runs that want a step, soonest first: id and moment."""
        found = self._database.rows(
            "SELECT id, due_at FROM run WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?", limit
        )
        return [(row["id"], row["due_at"]) for row in found]

    def take_up_again(self) -> None:
        """After a start: runs that were in flight go on at once."""
        found = self._database.rows("SELECT * FROM run WHERE completed_at IS NULL")
        for run in (Run(**row) for row in found):
            if not run.is_stuck:
                self._database.update("run", run.id, due_at=time.time())
