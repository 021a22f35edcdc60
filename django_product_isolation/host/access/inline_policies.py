"""Images that stand in an inline: whoever may see the page may see them, as far as the inline says.

The inlines of inlines, as nested-admin has them, and generic ones too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import F, ForeignKey, Model, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest

from django_product_isolation.host.content_types import is_of_type
from django_product_isolation.host.rows import unopened

from .policies import (
    Action,
    AdminPolicy,
    Policy,
    concrete,
    decides_by_row,
    has_rows_of,
    is_narrowed,
    is_shown_by,
    says_yes,
    valid_keys,
)

# Where a class that we derive from one of the host's keeps the host's.
HOSTS_OWN = "_isolation_derived_from"
MAX_DEPTH = 4  # of inlines within inlines


@dataclass(frozen=True)
class Link:
    """How the images of an inline say to what they belong."""

    owner: type[Model]
    path: str  # to the key of what they belong to
    conditions: dict[str, Any]
    may_be_empty: bool

    def within(self, images: QuerySet[Any], parents: QuerySet[Any]) -> QuerySet[Any]:
        """The images that belong to one of ``parents``."""
        keys = parents.order_by().values("pk")
        if self.conditions:  # a generic relation keeps keys of all kinds in one column
            column: Any = images.model._meta.get_field(self.path)
            keys = parents.order_by().annotate(key=Cast("pk", column)).values("key")
        return images.filter(**self.conditions, **{f"{self.path}__in": keys})


class InlinePolicy(Policy):
    """An inline on the pages of another policy.

    ``inline`` is None where the ModelAdmin chooses its inlines for each of its objects anew.
    """

    def __init__(
        self, model: type[Model], page: Policy, holder: Any, inline: Any, link: Link
    ) -> None:
        super().__init__(model)
        self.page, self.holder, self.inline, self.link = page, holder, inline, link
        self.site = page.site

    def lets_in(self, request: HttpRequest) -> bool:
        return self.page.lets_in(request)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        images = self.images(request)
        return self.link.within(images, self.page.rows(request, action))

    @property
    def shown(self) -> type[Model]:
        """The model of the rows."""
        model: type[Model] = self.model if self.inline is None else self.inline.model
        return model

    def has_all(self, model: type[Model]) -> bool:
        return has_rows_of(self.shown, model) and self.page.has_all(self.link.owner)

    def images(self, request: HttpRequest) -> QuerySet[Any]:
        """What the inline has, whatever it belongs to."""
        if self.inline is None:
            return self.model._default_manager.all()
        rows: QuerySet[Any] = self.inline.get_queryset(request)
        return rows

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        if not self.page.allows(request, action):
            return False
        return self.inline is None or says_yes(self.inline, request, action, None)

    @property
    def asks_each(self) -> bool:
        is_plain = self.inline is not None and not chooses_inlines(self.holder)
        return not is_plain or self.page.asks_each or decides_by_row(self.inline)

    def found(self, request: HttpRequest, action: Action, pks: Iterable[str]) -> dict[str, Model]:
        """As of any policy; one query, and those of the policy of the page.

        One more for each of the inlines chosen that narrow their rows, for they differ by page.
        """
        is_chosen = chooses_inlines(self.holder)
        images = self.shown._base_manager.all() if is_chosen else self.images(request)
        images = images.filter(pk__in=valid_keys(images.model, pks), **self.link.conditions)
        rows = list(unopened(images.annotate(isolation_page=F(self.link.path))))
        keys = {str(row.isolation_page) for row in rows if row.isolation_page is not None}
        pages = self.page.found(request, action, keys) if keys else {}
        found = {str(row.pk): row for row in rows if str(row.isolation_page) in pages}
        if is_chosen:
            open_here = self.open_in_chosen(request, action, pages, found)
            return {pk: row for pk, row in found.items() if pk in open_here}
        open_pages = {
            k for k, page in pages.items() if says_yes(self.inline, request, action, page)
        }
        return {pk: row for pk, row in found.items() if str(row.isolation_page) in open_pages}

    def open_in_chosen(
        self, request: HttpRequest, action: Action, pages: dict[str, Model], found: dict[str, Any]
    ) -> set[str]:
        """The keys of what stands in an inline that was chosen for its page and lets it be done.

        Which classes these are says nothing: they may be made anew for each page.
        """
        asked: dict[Any, tuple[QuerySet[Any], set[str]]] = {}
        for page, pks in by_page(found).items():
            for inline in self.holder.get_inline_instances(request, pages[page]):
                if not is_shown_by(self.model, inline.model):
                    continue
                if says_yes(inline, request, action, pages[page]):
                    rows = inline.get_queryset(request)
                    asked.setdefault(signature(rows), (rows, set()))[1].update(pks)
        return {pk for rows, pks in asked.values() for pk in keys_among(rows, pks)}

    def shows_all(self, request: HttpRequest, action: Action) -> bool:
        if self.inline is None or self.link.may_be_empty or chooses_inlines(self.holder):
            return False
        is_whole = self.page.shows_all(request, action) and self.allows(request, action)
        return is_whole and not is_narrowed(self.inline.get_queryset(request))


def by_page(rows: dict[str, Any]) -> dict[str, set[str]]:
    """The keys of images, by the key of the page on which they stand."""
    pages: dict[str, set[str]] = {}
    for pk, row in rows.items():
        pages.setdefault(str(row.isolation_page), set()).add(pk)
    return pages


def signature(rows: QuerySet[Any]) -> Any:
    """What querysets of the same rows have in common."""
    try:
        return type(rows), rows.model, str(rows.query)
    except EmptyResultSet:
        return None


def keys_among(rows: QuerySet[Any], pks: set[str]) -> set[str]:
    """Those of the keys that the queryset has; no query where it has all rows of the table."""
    if not is_narrowed(rows):
        return pks
    near = rows.order_by().filter(pk__in=valid_keys(rows.model, pks))
    return pks & set(map(str, near.values_list("pk", flat=True)))


def inline_policies(
    request: HttpRequest, model: type[Model], page: Policy, holder: Any, depth: int = 0
) -> Iterator[InlinePolicy]:
    """The inlines of ``holder``, a ModelAdmin or an inline, that show images of ``model``."""
    shown = False
    for inline in known_inlines(request, holder):
        link = find_link(holder.model, inline)
        if link is None:
            continue
        if is_shown_by(model, inline.model):
            shown = True
            yield InlinePolicy(model, page, holder, inline, link)
        elif depth < MAX_DEPTH and getattr(inline, "inlines", None):
            inner = InlinePolicy(inline.model, page, holder, inline, link)
            yield from inline_policies(request, model, inner, inline, depth + 1)
    if not shown and isinstance(page, AdminPolicy) and chooses_inlines(holder):
        for field in links_between(model, holder.model):
            yield InlinePolicy(model, page, holder, None, link_by(field))


def known_inlines(request: HttpRequest, holder: Any) -> list[Any]:
    """The inlines that ``holder`` names, and those it chooses for an object that is not yet."""
    named = named_inlines(holder)
    if not chooses_inlines(holder):
        return named
    kinds = set(map(kind_of, named))
    chosen = holder.get_inline_instances(request, None)
    return named + [inline for inline in chosen if kind_of(inline) not in kinds]


def named_inlines(holder: Any) -> list[Any]:
    """The inlines that a ModelAdmin or an inline names, whoever asks."""
    kinds = [kind for kind in getattr(holder, "inlines", ()) if getattr(kind, "model", None)]
    return [kind(holder.model, holder.admin_site) for kind in kinds]


def kind_of(inline: Any) -> Any:
    """The host's class of an inline, also where we add to it."""
    return vars(type(inline)).get(HOSTS_OWN, type(inline))


def may_stand_in_inline(model: type[Model], holder: Any, depth: int = 0) -> bool:
    """Whether images of ``model`` stand in an inline of ``holder`` or in one of its inlines, or may
    do so for one of its objects."""
    if chooses_inlines(holder) and links_between(model, holder.model):
        return True
    return depth <= MAX_DEPTH and any(
        is_shown_by(model, inline.model) or may_stand_in_inline(model, inline, depth + 1)
        for inline in named_inlines(holder)
    )


def chooses_inlines(holder: Any) -> bool:
    """Whether its inlines may be others than the ones it names."""
    names = ("get_inlines", "get_inline_instances")
    kinds = [vars(holder), *(vars(kind) for kind in type(holder).__mro__ if is_the_shops(kind))]
    return hasattr(holder, "get_inlines") and any(name in kind for kind in kinds for name in names)


def is_the_shops(kind: type) -> bool:
    """Whether a class is neither Django's nor one of those that we add."""
    return not kind.__module__.startswith(("django.contrib.admin.", "django_product_isolation."))


def find_link(owner: type[Model], inline: Any) -> Link | None:
    """How the inline's rows belong to ``owner``; None where they do not."""
    if generic := getattr(inline, "ct_fk_field", ""):
        return Link(owner, generic, is_of_type(inline.ct_field, owner), may_be_empty=True)
    named = getattr(inline, "fk_name", None)
    fields = [f for f in links_between(inline.model, owner) if named in (None, f.name)]
    return link_by(fields[0]) if fields else None


def link_by(field: "ForeignKey[Any, Any]") -> Link:
    return Link(field.remote_field.model, f"{field.name}__pk", {}, field.null)


def links_between(model: type[Model], owner: type[Model]) -> "list[ForeignKey[Any, Any]]":
    """The foreign keys from ``model`` to ``owner`` or to what it derives from."""
    owners = {concrete(owner), *owner._meta.get_parent_list()}
    return [
        field
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and concrete(field.remote_field.model) in owners
    ]
