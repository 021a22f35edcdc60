"""Runflow with its delays and its limits, for as many runs as a whole shop has."""

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.reliability.simulator.clock import Clock
from tests.reliability.simulator.runflow import Accepted, Refusal, Runflow, record

ASKS_TO_WAIT = 5  # seconds, in every other refusal; the others say nothing (contract, 7.2)


@dataclass(frozen=True)
class Limits:
    """What an account may do. Runflow publishes no figures (contract, section 8)."""

    at_once: int = 500  # runs in work; the others wait in Runflow's queue
    per_minute: int = 1200  # requests of any kind
    shortest: float = 45.0  # seconds for which a run is in work
    longest: float = 240.0


class BusyRunflow(Runflow):
    """Finds its runs by key, and ends each after its time."""

    def __init__(self, limits: Limits, clock: Clock, violation: Callable[[str], None]) -> None:
        self.limits = limits
        super().__init__(clock, violation)

    def reset(self) -> None:
        super().reset()
        self.by_id: dict[str, Accepted] = {}
        self.by_ref: dict[str, Accepted] = {}
        self.waiting: deque[Accepted] = deque()
        self.in_work: list[tuple[datetime, int, Accepted]] = []
        self.random = random.Random(1)
        self.requests = self.refused = 0
        self.left, self.filled = 0.0, self.clock.true()

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, key: str) -> Any:
        self.requests += 1
        self._refuse_when_over()
        return super().answer(method, path, query, body, key)

    def _refuse_when_over(self) -> None:
        now, rate = self.clock.true(), self.limits.per_minute / 60
        filled = (now - self.filled).total_seconds() * rate
        self.left, self.filled = min(self.left + filled, 10 * rate), now
        if self.left < 1:
            self.refused += 1
            says = {"Retry-After": str(ASKS_TO_WAIT)} if self.refused % 2 else {}
            raise Refusal(429, "RATE_LIMITED", says)
        self.left -= 1

    def accept(self, body: dict[str, Any], key: str) -> Accepted:
        if self.honours_key and key in self.by_key:
            return self.by_key[key][1]
        if body["client_ref"] in self.by_ref:
            self.violation(f"I3 paid twice: {body['client_ref']}")
        now = self.clock.true()
        accepted = Accepted(self._id(now), body["client_ref"], body, now, now)
        self.ledger.append(accepted)
        self.by_key[key] = (body, accepted)
        self.by_id[accepted.id] = self.by_ref[accepted.client_ref] = accepted
        self.waiting.append(accepted)
        self._take_up(now)
        return accepted

    def named(self, run_id: str) -> list[Accepted]:
        return [self.by_id[run_id]] if run_id in self.by_id else []

    def listing(self, query: dict[str, str]) -> dict[str, Any]:
        found = self.by_ref.get(self._wanted(query.get("q", "")) or "")
        return {"items": [record(self, found)] if found else [], "next_pq": None}

    def _take_up(self, now: datetime) -> None:
        while self.waiting and len(self.in_work) < self.limits.at_once:
            entry = self.waiting.popleft()
            entry.state = "processing"
            lasts = self.random.uniform(self.limits.shortest, self.limits.longest)
            ends = now + timedelta(seconds=lasts)
            heapq.heappush(self.in_work, (ends, self.random.getrandbits(48), entry))

    def finished(self) -> Iterator[Accepted]:
        """Runs that have ended by now and were not given before."""
        while self.in_work and self.in_work[0][0] <= self.clock.true():
            ended, _, entry = heapq.heappop(self.in_work)
            self.finish(entry, "succeeded", [str(self.random.randrange(8))])
            self._take_up(ended)
            yield entry
