"""What a button says it will begin, so that a click begins nothing else.

The quote is drawn into the page and comes back with the click, where it is compared with what
would be begun now. Holds no secret and needs no signature: who writes another one than the page
said orders what they wrote, with the rights that they have anyway.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Count, Max

from django_product_isolation.conf import get_settings
from django_product_isolation.host import Picture
from django_product_isolation.models import IsolationRun

from .planning import Plan

DIGITS = 12  # of a digest; they tell an accident, not an attack


@dataclass(frozen=True)
class Changes:
    """How what would be begun now differs from what was shown: keys, by kind."""

    price: bool = False
    more: frozenset[str] = frozenset()  # can be begun now, were not shown
    fewer: frozenset[str] = frozenset()  # were shown, cannot be begun any more
    uploaded: frozenset[str] = frozenset()  # were shown with another file
    renamed: frozenset[str] = frozenset()  # their product was called otherwise
    ordered: frozenset[str] = frozenset()  # were isolated, or decided about, since

    def __bool__(self) -> bool:
        images = (self.more, self.fewer, self.uploaded, self.renamed, self.ordered)
        return self.price or any(images)


@dataclass(frozen=True)
class Quote:
    """Which images are begun at which price in USD each.

    ``images`` hold by key what each was shown as: a digest of its file, one of its last order, and
    one of its product's name, which the wording may have.
    """

    unit_price: Decimal
    images: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    evaluation_price: Decimal | None = None  # of it, for Runflow's own check; None without one
    is_sandbox: bool = False  # the page said that no money is spent

    @property
    def count(self) -> int:
        return len(self.images)

    @property
    def total(self) -> Decimal:
        """USD for all of them."""
        return self.unit_price * self.count

    @property
    def prices(self) -> tuple[Decimal, Decimal | None, bool]:
        """All of it that says what an image costs: in the sandbox no money."""
        return self.unit_price, self.evaluation_price, self.is_sandbox

    def __str__(self) -> str:
        """As it stands in a form."""
        said = {"price": str(self.unit_price), "count": self.count, "total": str(self.total)}
        if self.evaluation_price is not None:
            said["evaluation"] = str(self.evaluation_price)
        if self.is_sandbox:
            said["sandbox"] = True
        return json.dumps({**said, "images": self.images}, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Quote | None":
        """What a form brought back; None where it is none, or does not add up."""
        try:
            said = json.loads(text)
            images = {
                str(pk): (str(file), str(at), str(name))
                for pk, (file, at, name) in said["images"].items()
            }
            evaluation = Decimal(said["evaluation"]) if "evaluation" in said else None
            is_sandbox = said.get("sandbox", False) is True
            quote = cls(Decimal(said["price"]), images, evaluation, is_sandbox)
            adds_up = (quote.count, quote.total) == (said["count"], Decimal(said["total"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ArithmeticError):
            return None
        return quote if adds_up else None

    def changes_to(self, now: "Quote") -> Changes:
        """What is different ``now``."""
        before, after = self.images, now.images
        both = before.keys() & after.keys()
        ordered = frozenset(pk for pk in both if before[pk][1] != after[pk][1])
        return Changes(
            price=self.prices != now.prices,
            more=frozenset(after.keys() - before.keys()),
            fewer=frozenset(before.keys() - after.keys()),
            # An order that was carried out has put another file there as well.
            uploaded=frozenset(pk for pk in both - ordered if before[pk][0] != after[pk][0]),
            renamed=frozenset(pk for pk in both if before[pk][2] != after[pk][2]),
            ordered=ordered,
        )


def quote_of(chosen: Plan) -> Quote:
    """What a button for the whole plan says."""
    images = {picture.pk: seen(chosen, picture) for picture in chosen.accepted}
    settings = get_settings()
    return Quote(chosen.unit_price, images, settings.evaluation_price, settings.is_sandbox)


def quote_of_runs(runs: Iterable[IsolationRun]) -> Quote:
    """What a button says that has ``runs`` begun again, each with its own file and wording; one
    query."""
    settings, again = get_settings(), list(runs)
    last = orders_of(again)
    images = {
        str(run.pk): (digest(run.source_name), digest(str(last.get(image_of(run)))), "")
        for run in again
    }
    return Quote(settings.unit_price, images, settings.evaluation_price, settings.is_sandbox)


def image_of(run: IsolationRun) -> tuple[int, str]:
    return run.image_column, run.object_pk


def orders_of(runs: Sequence[IsolationRun]) -> dict[tuple[int, str], tuple[Any, int]]:
    """When the image of each run was ordered last, and how often, as ``last_ordered`` has it."""
    if not runs:
        return {}
    columns, pks = {run.image_column for run in runs}, {run.object_pk for run in runs}
    about = IsolationRun.objects.filter(image_column__in=columns, object_pk__in=pks).order_by()
    orders = about.values_list("image_column", "object_pk")
    found = orders.annotate(Max("batch__created_at"), Count("pk"))
    return {(column, pk): (at, times) for column, pk, at, times in found}


def seen(chosen: Plan, picture: Picture) -> tuple[str, str, str]:
    last, replaced = chosen.ordered.get(picture.pk), chosen.replaces.get(picture.pk)
    ordered = digest(f"{last} {replaced}") if last or replaced else ""
    return digest(picture.name), ordered, digest(picture.product)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
