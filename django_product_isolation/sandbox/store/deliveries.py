"""Callbacks on their way: what is to be sent where, and every attempt (contract, section 2.5).

Knows the rows; not how a payload is made or sent.
"""

import time
from dataclasses import dataclass

from .database import Database
from .identifiers import timestamp, uuid7


@dataclass(frozen=True)
class Delivery:
    """One callback: the exact text that is signed and sent, and how far it got."""

    id: str
    run_id: str
    callback_url: str
    payload_bytes: str
    signature: str | None
    signing_secret_id: str | None
    is_automatic: int
    status_code: str
    failure_reason_code: str | None
    failure_detail: str | None
    attempt_count: int
    max_attempts: int
    created_at: str
    updated_at: str
    completed_at: str | None
    due_at: float | None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of one attempt: an HTTP status, or an error instead."""

    status_code: int | None
    response_body: str | None
    response_time_ms: int
    error_message: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver said yes."""
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_server_error(self) -> bool:
        """Whether trying again is promised: 5xx, network error, timeout."""
        return self.status_code is None or self.status_code >= 500


class Deliveries:
    """The deliveries on record."""

    def __init__(self, database: Database, max_attempts: int) -> None:
        self._database = database
        self._max_attempts = max_attempts

    def create(
        self,
        *,
        run_id: str,
        callback_url: str,
        payload: bytes,
        signature: str | None,
        signing_secret_id: str | None,
        is_automatic: bool,
        due_at: float | None,
    ) -> Delivery:
        """Record a callback; ``due_at`` None leaves sending it to the caller."""
        now, delivery_id = timestamp(), uuid7()
        self._database.insert(
            "delivery",
            id=delivery_id,
            run_id=run_id,
            callback_url=callback_url,
            payload_bytes=payload.decode(),
            signature=signature,
            signing_secret_id=signing_secret_id,
            is_automatic=is_automatic,
            status_code="pending",
            max_attempts=self._max_attempts,
            created_at=now,
            updated_at=now,
            due_at=due_at,
        )
        return self.get(delivery_id)

    def get(self, delivery_id: str) -> Delivery:
        """Return a delivery that is known to exist."""
        found = self._database.rows("SELECT * FROM delivery WHERE id = ?", delivery_id)
        return Delivery(**found[0])

    def of_run(self, run_id: str) -> list[Delivery]:
        """Return a run's deliveries, oldest first."""
        found = self._database.rows("SELECT * FROM delivery WHERE run_id = ? ORDER BY id", run_id)
        return [Delivery(**row) for row in found]

    def attempts(self, delivery_id: str) -> list[dict[str, object]]:
        """Return a delivery's attempts as the API shows them, first one first."""
        found = self._database.rows(
            "SELECT * FROM delivery_attempt WHERE delivery_id = ? ORDER BY attempt_number",
            delivery_id,
        )
        return [dict(row) for row in found]

    def record(self, delivery: Delivery, attempt: Attempt, retry_in: float | None) -> None:
        """Log an attempt, and end the delivery or try again in ``retry_in`` seconds."""
        now, number = timestamp(), delivery.attempt_count + 1
        with self._database.transaction():
            self._database.insert(
                "delivery_attempt",
                id=uuid7(),
                delivery_id=delivery.id,
                attempt_number=number,
                created_at=now,
                **vars(attempt),
            )
            self._database.update(
                "delivery", delivery.id, attempt_count=number, updated_at=now, due_at=None
            )
            if retry_in is None:
                self._end(delivery, attempt, now)
            else:
                self._database.update("delivery", delivery.id, due_at=time.time() + retry_in)

    def _end(self, delivery: Delivery, attempt: Attempt, now: str) -> None:
        self._database.update(
            "delivery",
            delivery.id,
            status_code="succeeded" if attempt.succeeded else "failed",
            failure_reason_code=None if attempt.succeeded else reason(attempt),
            failure_detail=attempt.error_message,
            completed_at=now,
        )

    def due(self, limit: int) -> list[tuple[str, float]]:
        """Return the deliveries that want an attempt, soonest first: id and moment."""
        found = self._database.rows(
            "SELECT id, due_at FROM delivery WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?",
            limit,
        )
        return [(row["id"], row["due_at"]) for row in found]


def reason(attempt: Attempt) -> str:
    """Return a word of ours for why a delivery failed."""
    return "SANDBOX_HTTP_STATUS" if attempt.status_code else "SANDBOX_NO_ANSWER"
