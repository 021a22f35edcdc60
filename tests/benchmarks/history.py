"""Two years of a busy shop: who had which images isolated when, and what became of it.

Made up from a seed, so that every database holds the same rows. Knows no database.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.host import column_number
from django_product_isolation.reasons import Reason

PEOPLE = 50
DAYS = 730
LARGEST = 500
ENDED = {
    Status.APPLIED: 74,
    Status.RESTORED: 5,
    Status.REJECTED: 4,
    Status.FAILED: 9,
    Status.CANCELLED: 4,
    Status.SUPERSEDED: 4,
}
OPEN = sorted(OPEN_STATUSES)
SHARE_OF_OPEN = 0.01
CHARGED = frozenset(
    {Status.APPLIED, Status.RESTORED, Status.REJECTED, Status.SUPERSEDED, Status.READY}
)
WITH_RESULT = CHARGED
PRICE = Decimal("0.27")
FINDINGS = ("soft", "label_differs", "colour_differs", "part_missing", "leftover", "not_checked")
SHARE_WITH_FINDINGS = 0.2
DECISIONS = ("", "overruled", "overruled", "declined")
NOUNS = ("cup", "pot", "lamp", "chair", "scarf", "kettle", "vase", "basket", "clock", "mirror")
KINDS = ("enamel", "oak", "linen", "brass", "glass", "woven", "blue", "folding", "tall", "glazed")


def product_name(number: int) -> str:
    kind, noun = KINDS[number % 10], NOUNS[number // 10 % 10]
    return f"{kind.capitalize()} {noun} no. {number}"


@dataclass
class History:
    """The batches and runs, oldest first; ``shown`` is what each image shows at the end."""

    images: int
    runs: int
    now: datetime
    dice: random.Random = field(default_factory=lambda: random.Random(20))
    shown: dict[int, str] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def batches(self) -> Iterator[dict[str, Any]]:
        """Values of batches; ``size`` says how many runs each has. The newest has 500."""
        sizes = list(self.sizes())
        for number, size in enumerate(sizes):
            age = timedelta(days=DAYS) * (1 - number / len(sizes))
            yield {
                "id": self.identifier(),
                "created_at": self.now - age + timedelta(minutes=1),
                "created_by_id": self.dice.randrange(PEOPLE) + 1,
                "model_label": "catalogue.productimage",
                "field_name": "original",
                "aspect_ratio": "1:1",
                "resolution": "2K",
                "review": number % 3 == 0,
                "unit_price": PRICE,
                "size": size,
            }

    def sizes(self) -> Iterator[int]:
        """From 1 to 500, small ones more often; together all runs."""
        largest = min(LARGEST, self.runs)
        left = self.runs - largest
        while left:
            size = min(left, int(LARGEST ** self.dice.random()))
            left -= size
            yield size
        yield largest

    def runs_of(self, batch: dict[str, Any], first: int) -> Iterator[dict[str, Any]]:
        """Values of the runs of a batch, of which ``first`` were made before."""
        since = batch["created_at"] + timedelta(minutes=5)
        for number in range(first, first + batch["size"]):
            image = number * 7919 % self.images + 1
            yield self.run(batch, number, image, since)

    def run(
        self, batch: dict[str, Any], number: int, image: int, since: datetime
    ) -> dict[str, Any]:
        status = self.status(image, number)
        is_open = status in OPEN_STATUSES
        source = self.shown.get(image, f"products/{image}.jpg")
        result = f"products/isolated-{number:08}.webp" if status in WITH_RESULT else ""
        if status == Status.APPLIED:
            self.shown[image] = result
        accepted = status not in (Status.QUEUED, Status.SUBMITTING)
        pk = self.identifier()
        return {
            "id": pk,
            "batch_id": batch["id"],
            "object_pk": str(image),
            "image_column": column_number("catalogue.productimage.original"),
            "label": product_name(image),
            "prompt": product_name(image),
            "review": batch["review"],
            "doubt": self.doubt(pk, since) if result else None,
            "status": status.value,
            "status_since": since,
            "reason": Reason.RUN_FAILED.value if status == Status.FAILED else "",
            "held_from": Status.QUEUED.value if status == Status.HELD else "",
            "active_key": f"catalogue.productimage.original:{image}" if is_open else None,
            "due_at": self.now if is_open and status not in (Status.HELD, Status.READY) else None,
            "lease_owner": None,
            "lease_until": None,
            "attempts": 0,
            "runflow_run_id": f"run_{number:012}" if accepted else None,
            "cost": PRICE if status in CHARGED else None,
            "source_name": source,
            "source_sha256": "",
            "result_name": result,
            "result_sha256": "",
        }

    def doubt(self, run: uuid.UUID, at: datetime) -> float:
        """The strength of the strongest finding; all of them are added to ``findings``."""
        if self.dice.random() > SHARE_WITH_FINDINGS:
            return 0.0
        strengths = [1 + self.dice.random() * 4 for _ in range(self.dice.randrange(1, 4))]
        for finding, strength in zip(self.dice.sample(FINDINGS, 3), strengths, strict=False):
            row = {"run_id": run, "finding": finding, "strength": strength}
            self.findings.append({**row, "decision": self.dice.choice(DECISIONS), "found_at": at})
        return max(strengths)

    def status(self, image: int, number: int) -> Status:
        is_last = number >= self.runs - self.images  # another one waits until it has ended
        if is_last and self.dice.random() < SHARE_OF_OPEN:
            return Status(self.dice.choice(OPEN))
        return self.dice.choices(list(ENDED), list(ENDED.values()))[0]

    def identifier(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)
