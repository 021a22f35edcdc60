"""Callbacks as Runflow sends them, through the app's real view, and those of everybody else."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import RequestFactory
from django.urls import resolve

from django_product_isolation.runflow.callbacks import signature_of

from .runflow import Accepted

EVENTS = {"succeeded": "run.completed", "failed": "run.failed", "cancelled": "run.cancelled"}
CALLBACK_BASE_URL = "https://shop.example"
MAX_QUERIES = 4


@dataclass(frozen=True)
class Delivery:
    """One callback: where to, and exactly what."""

    url: str
    body: bytes
    signature: str
    client_ref: str


class Callbacks:
    """Signs, sends, and remembers all that was ever sent."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.factory = RequestFactory()
        self.reset()

    def reset(self) -> None:
        self.secrets = ["whsec_canary_0_of_the_signing"]  # what the shop knows
        self.signer = self.secrets[0]  # what Runflow signs with
        self.sent: list[Delivery] = []

    def compose(self, entry: Accepted, **changes: Any) -> Delivery:
        """A callback about a run as it is now, its bytes made afresh."""
        document = {
            "event": EVENTS.get(entry.state, "run.completed"),
            "run_id": entry.id,
            "status": entry.state,
            "output": {"image_urls": self.world.runflow.links(entry, signed=True)},
            "completed_at": self.world.clock.true().isoformat(),
            "metadata": self.world.runflow.metadata_of(entry),
            **changes,
        }
        body = json.dumps(document).encode()
        url = entry.body.get("callback_url") or ""
        return Delivery(url, body, signature_of(body, self.signer), entry.client_ref)

    def send(self, delivery: Delivery) -> int:
        """Deliver as Runflow does: up to three times while the shop answers 5xx."""
        self.sent.append(delivery)
        status = 0
        for pause in (1, 2, 0):
            status = self.post(delivery)
            if status < 500:
                break
            self.world.clock.advance(pause)
        return status

    def post(self, delivery: Delivery, *, url: str | None = None) -> int:
        """One POST to the view; the status of its answer, 500 when the process died or broke."""
        world = self.world
        path = urlsplit(url or delivery.url).path
        match = resolve(path)
        request = self.factory.generic(
            "POST",
            path,
            delivery.body,
            content_type="application/json",
            headers={"Runflow-Signature": delivery.signature},
        )
        response = world.work("web", match.func, request, **match.kwargs)
        view = world.ended
        if not view.errors and view.queries > MAX_QUERIES:
            world.violation(f"I19 the callback took {view.queries} queries")
        if view.calls:
            world.violation("I19 the callback called Runflow or the storage")
        status = getattr(response, "status_code", 500)
        if status in (200, 409):
            self.is_answered(status, url or delivery.url, json.loads(delivery.body)["run_id"])
        return status

    def is_answered(self, status: int, url: str, named: str) -> None:
        """What comes to a run's own address about that very run is never somebody else's."""
        for entry in self.world.runflow.named(named):
            if entry.body.get("callback_url") == url:
                entry.has_called_back |= status == 200
                if status == 409:
                    self.world.violation("B10 a genuine callback was taken for another run's")
