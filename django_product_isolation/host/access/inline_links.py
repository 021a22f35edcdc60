"""How the images of an inline say to what they belong, or are named by what they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.functions import Cast

from django_product_isolation.host.content_types import is_of_type

from .policies import concrete


@dataclass(frozen=True)
class Link:
    """Between the images of an inline and what they belong to."""

    owner: type[Model]
    path: str  # from an image to the key of what it belongs to
    conditions: dict[str, Any]
    may_be_empty: bool
    points_at_image: str = ""  # the owner's foreign key, where not the image has one

    def within(self, images: QuerySet[Any], parents: QuerySet[Any]) -> QuerySet[Any]:
        """The images that belong to one of ``parents``."""
        if self.points_at_image:  # several may point at one image
            return images.filter(pk__in=parents.order_by().values(self.points_at_image))
        keys = parents.order_by().values("pk")
        if self.conditions:  # a generic relation keeps keys of all kinds in one column
            column: Any = images.model._meta.get_field(self.path)
            keys = parents.order_by().annotate(key=Cast("pk", column)).values("key")
        return images.filter(**self.conditions, **{f"{self.path}__in": keys})


def find_link(owner: type[Model], inline: Any) -> Link | None:
    """How the inline's rows belong to ``owner``; None where nobody can say."""
    if generic := getattr(inline, "ct_fk_field", ""):
        return by_generic_key(owner, inline.ct_field, generic)
    named = getattr(inline, "fk_name", None)
    links = list(by_foreign_keys(inline.model, owner, named))
    if links:
        return links[0]
    # As django-reverse-admin has them; which of several it shows, the inline says in its own way.
    links = list(by_owners_keys(inline.model, owner))
    return links[0] if len(links) == 1 else None


def possible_links(model: type[Model], owner: type[Model]) -> Iterator[Link]:
    """In which ways images of ``model`` may stand in an inline on the pages of ``owner``."""
    yield from by_foreign_keys(model, owner)
    for field in model._meta.private_fields:
        if hasattr(field, "ct_field") and hasattr(field, "fk_field"):
            yield by_generic_key(owner, field.ct_field, field.fk_field)
    yield from by_owners_keys(model, owner)


def by_generic_key(owner: type[Model], kind: str, key: str) -> Link:
    return Link(owner, key, is_of_type(kind, owner), may_be_empty=True)


def by_foreign_keys(
    model: type[Model], owner: type[Model], named: str | None = None
) -> Iterator[Link]:
    """By the foreign keys from ``model`` to ``owner`` or to what it derives from."""
    for field in foreign_keys(model, {concrete(owner), *owner._meta.get_parent_list()}):
        if named in (None, field.name):
            yield Link(field.remote_field.model, f"{field.name}__pk", {}, field.null)


def by_owners_keys(model: type[Model], owner: type[Model]) -> Iterator[Link]:
    """By the foreign keys from ``owner`` to ``model`` or to what it derives from."""
    for field in foreign_keys(owner, {concrete(model), *model._meta.get_parent_list()}):
        is_plain = field.target_field.primary_key and not field.remote_field.hidden
        if is_plain and not field.remote_field.parent_link:
            path = f"{field.related_query_name()}__pk"
            yield Link(owner, path, {}, may_be_empty=True, points_at_image=field.name)


def foreign_keys(
    model: type[Model], others: "set[type[Model]]"
) -> "Iterator[ForeignKey[Any, Any]]":
    for field in model._meta.fields:
        if isinstance(field, ForeignKey) and concrete(field.remote_field.model) in others:
            yield field
