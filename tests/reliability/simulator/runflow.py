"""Runflow as far as it matters for the money: a ledger of what it accepted, and what became of it.

Knows the API's documents. Must not know how requests travel (``http``) or callbacks are sent.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from .clock import Clock
from .storage import LINK_CANARY

PRICE = Decimal("0.27")
OUTPUTS = "https://outputs.runflow-files.example.com/o/"
ASSETS = "https://assets.runflow-files.example.com/a/"
SPELLINGS = {"succeeded": "succeeded", "failed": "failed", "cancelled": "canceled"}
CHARGED = {"succeeded": PRICE, "failed": Decimal(0), "cancelled": PRICE}


STRANGE = "no-run-of-ours-"  # before the status with which Runflow answers to such an id


@dataclass
class Accepted:
    """A run at Runflow: an entry of the ledger."""

    id: str
    client_ref: str
    body: dict[str, Any]
    created: datetime
    listed_from: datetime
    state: str = "queued"
    output: list[str] = field(default_factory=list)  # kinds or numbers of pictures, see Files
    is_denied: bool = False  # Runflow took it and said that it had not
    has_called_back: bool = False  # and was answered 200
    photo: bytes | None = None  # that it was sent, or found behind a link of the shop's
    is_disowned: bool = False  # Runflow refused to answer when asked for it by its own id

    @property
    def is_lost(self) -> bool:
        """Whether Runflow denied it each time that it could have been known: nobody can know."""
        return self.is_denied and (not self.has_called_back or self.is_disowned)

    @property
    def is_over(self) -> bool:
        return self.state in CHARGED

    @property
    def cost(self) -> Decimal | None:
        return CHARGED.get(self.state)


class Refusal(Exception):
    """An answer other than 2xx, with Runflow's own document."""

    def __init__(self, status: int, code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status, self.code, self.headers = status, code or f"E{status}", headers or {}

    @property
    def body(self) -> bytes:
        return json.dumps({"code": self.code, "message": "no", "errors": None}).encode()


class Runflow:
    """Accepts, keeps and finishes runs."""

    def __init__(self, clock: Clock, violation: Callable[[str], None]) -> None:
        self.clock, self.violation = clock, violation
        self.is_undisturbed: Callable[[], bool] = lambda: True
        self.media: Callable[[str], bytes | None] = lambda _url: None  # what the shop's links give
        self.reset()

    def reset(self) -> None:
        self.ledger: list[Accepted] = []
        self.assets: dict[str, bytes | None] = {}
        self.by_key: dict[str, tuple[dict[str, Any], Accepted]] = {}
        self.honours_key = True
        self.grammar = "EQ"  # EQ | colon | refused | ignored
        self.listing_delay = 0.0  # seconds until a run is listed
        self.keeps = "both"  # of client_ref and metadata
        self.signs_on_request_only = False
        self.link_generation = 0
        self.isolates_at_once = False
        self.made = 0

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, key: str) -> Any:
        """The document for a request; raises Refusal."""
        parts = path.strip("/").split("/")
        if method == "POST" and path.endswith("/runs"):
            return record(self, self.accept(body, key))
        if method == "GET" and parts[:2] == ["v1", "runs"] and len(parts) == 3:
            return record(self, self.find(parts[2]), signed="add_signature" in query)
        if method == "GET" and path == "/v1/runs":
            return self.listing(query)
        if method == "POST" and path == "/v1/asset-uploads":
            return self.open_upload()
        if method == "POST" and path.endswith("/confirmations"):
            return self.confirm_upload(parts[2])
        raise Refusal(404, "NO_SUCH_ROUTE")

    def accept(self, body: dict[str, Any], key: str) -> Accepted:
        """Take a paid request, or give what the same key gave before."""
        if self.honours_key and key in self.by_key:
            known, accepted = self.by_key[key]
            if known != body:
                raise Refusal(409, "CONFLICT")
            return accepted
        ref = body.get("client_ref", "")
        if same := [entry for entry in self.ledger if entry.client_ref == ref]:
            if not same[0].is_lost and (not same[0].is_denied or self.is_undisturbed()):
                self.violation(f"I3 paid twice: {ref}")
            else:
                return same[0]
        now = self.clock.true()
        listed = datetime.fromtimestamp(now.timestamp() + self.listing_delay, tz=now.tzinfo)
        accepted = Accepted(self._id(now), ref, body, now, listed)
        accepted.photo = self.photo_at(body["input"]["image_url"])
        self.ledger.append(accepted)
        self.by_key[key] = (body, accepted)
        if self.isolates_at_once:
            self.finish(accepted, "succeeded", ["1"])
        return accepted

    def photo_at(self, url: str) -> bytes | None:
        asset = url.removeprefix(ASSETS).partition("?")[0]
        return self.assets[asset] if url.startswith(ASSETS) else self.media(url)

    def disown(self, run_id: str) -> None:
        """Say of a run that was asked for by its id that there is none."""
        for entry in self.named(run_id):
            entry.is_disowned = True

    def deny(self, ref: str) -> None:
        """Say of a run that was just taken that it was not."""
        for entry in self.ledger:
            entry.is_denied |= entry.client_ref == ref

    def named(self, run_id: str) -> list[Accepted]:
        return [entry for entry in self.ledger if entry.id == run_id]

    def find(self, run_id: str) -> Accepted:
        if found := self.named(run_id):
            return found[0]
        if run_id.startswith(STRANGE):
            raise Refusal(int(run_id.removeprefix(STRANGE)))
        raise Refusal(404, "RUN_NOT_FOUND")

    def listing(self, query: dict[str, str]) -> dict[str, Any]:
        """Newest first, filtered by ``client_ref`` in the grammar that this Runflow speaks."""
        expression = query.get("q", "")
        if expression and self.grammar == "refused":
            raise Refusal(422, "BAD_FILTER")
        wanted = self._wanted(expression)
        now = self.clock.true()
        found = [
            entry
            for entry in reversed(self.ledger)
            if entry.listed_from <= now and (wanted is None or wanted == self.ref_of(entry))
        ]
        return {"items": [record(self, entry) for entry in found], "next_pq": None}

    def _wanted(self, expression: str) -> str | None:
        """The reference asked for; one that nobody has for an expression that is not understood."""
        if not expression or self.grammar == "ignored":
            return None
        equal, colon = expression.split(".EQ:"), expression.split(":")
        if self.grammar == "EQ":
            return equal[1].strip("'") if len(equal) == 2 else ""
        return colon[1] if len(equal) == 1 and len(colon) == 2 else ""

    def ref_of(self, entry: Accepted) -> str | None:
        """The ``client_ref``, if it is kept."""
        return None if self.keeps == "metadata" else entry.client_ref

    def metadata_of(self, entry: Accepted) -> Any:
        return None if self.keeps == "client_ref" else entry.body.get("metadata")

    def open_upload(self) -> dict[str, Any]:
        asset = f"asset-{len(self.assets)}"
        self.assets[asset] = None
        return {"asset_id": asset, "upload_url": f"{ASSETS}{asset}?sig={LINK_CANARY}"}

    def confirm_upload(self, asset: str) -> dict[str, Any]:
        if self.assets.get(asset) is None:
            raise Refusal(422, "NOTHING_UPLOADED")
        return {"id": asset, "url": f"{ASSETS}{asset}?sig={LINK_CANARY}"}

    def finish(self, entry: Accepted, state: str, output: list[str]) -> None:
        """End a run, once."""
        if not entry.is_over:
            entry.state, entry.output = state, output

    def links(self, entry: Accepted, *, signed: bool) -> list[str]:
        """Fresh links to the outputs; those given before the last expiry are dead."""
        generation = self.link_generation
        if self.signs_on_request_only and not signed:
            generation = -1
        return [
            url
            if (url := UNSAFE.get(kind))
            else f"{OUTPUTS}{entry.id}/{kind}?g={generation}&sig={LINK_CANARY}"
            for kind in entry.output
        ]

    def _id(self, now: datetime) -> str:
        """Ordered by time, as UUIDs of version 7 are."""
        self.made += 1
        return str(uuid.UUID(int=(int(now.timestamp() * 1000) << 80) | 0x7 << 76 | self.made))


# Links that nobody may follow.
UNSAFE = {
    "loopback": "https://127.0.0.1/secret",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "private name": "https://intern.shop.example/secret",
    "other port": "https://outputs.runflow-files.example.com:8443/o/x",
    "plain http": "http://outputs.runflow-files.example.com/o/x",
}


def record(runflow: Runflow, entry: Accepted, *, signed: bool = False) -> dict[str, Any]:
    """The document of a run."""
    succeeded = entry.state == "succeeded"
    failed = entry.state == "failed"
    return {
        "id": entry.id,
        "status_code": SPELLINGS.get(entry.state, entry.state),
        "client_ref": runflow.ref_of(entry),
        "metadata": runflow.metadata_of(entry),
        "input": entry.body.get("input"),
        "output": {"image_urls": runflow.links(entry, signed=signed)} if succeeded else None,
        "cost": None if entry.cost is None else str(entry.cost),
        "failure_code": "INPUT_VALIDATION_FAILED" if failed else None,
        "failure_message": "the product was not found" if failed else None,
    }
