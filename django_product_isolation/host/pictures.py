"""The pictures that the host's rows show, with what a person calls them.

Reads keys, file names and the names of products in a constant number of queries; opens no file.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from django_product_isolation.reasons import Reason

from .rows import without_dimensions

if TYPE_CHECKING:
    from .targets import Target


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One row of the host's: its key, the file its field points at, and its product's name."""

    pk: str
    name: str
    label: str


@dataclass(frozen=True)
class Skipped:
    """A picture that is left out, and why."""

    picture: Picture
    reason: Reason


def read_pictures(target: "Target", images: QuerySet[Any]) -> list[Picture]:
    """Read key, file name and product of ``images`` in two queries, opening no file.

    Each row is read once, however often joins, or several products, give it.
    """
    named_by = target.product or "pk"
    first: dict[Any, tuple[Any, str, Any]] = {}
    for pk, name, product in images.values_list("pk", target.field.attname, named_by):
        first.setdefault(pk, (pk, name or "", product))
    rows = first.values()
    labels = product_labels(target, {product for _, _, product in rows})
    return [
        Picture(
            pk=str(pk), name=name, label=labels.get(product) or fallback_label(target, pk, product)
        )
        for pk, name, product in rows
    ]


def product_labels(target: "Target", keys: set[Any]) -> dict[Any, str]:
    """The name of each product with one of these keys; one query."""
    named = target.model
    if target.product:
        relation = target.model._meta.get_field(target.product)
        if not relation.is_relation:
            return {}
        named = relation.related_model  # type: ignore[assignment]
    return {obj.pk: str(obj)[:200] for obj in without_dimensions(named).filter(pk__in=keys)}


def fallback_label(target: "Target", pk: Any, product: Any) -> str:
    return str(product or f"{target.model._meta.verbose_name} {pk}")


def shared_categories(target: "Target", pks: Collection[str]) -> set[str]:
    """The categories that all images with these keys share; one query, none without path."""
    if not target.category or not pks:
        return set()
    rows = target.model._base_manager.filter(pk__in=pks).values_list("pk", target.category)
    counts = Counter(str(category) for _pk, category in set(rows) if category is not None)
    return {category for category, count in counts.items() if count == len(pks)}
