"""Images that stand in an inline: whoever may see the page may see them, as far as the inline says.

The inlines of inlines, as nested-admin has them, and generic ones too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, ForeignKey, Model, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest

from .doors import (
    Action,
    AdminDoor,
    Door,
    concrete,
    decides_by_row,
    is_narrowed,
    is_shown_by,
    says_yes,
    valid_keys,
)
from .rows import unopened

MAX_DEPTH = 4  # of inlines within inlines


@dataclass(frozen=True)
class Link:
    """How the images of an inline say to what they belong."""

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


class InlineDoor(Door):
    """An inline on the pages of another door.

    ``inline`` is None where the ModelAdmin chooses its inlines for each of its objects anew.
    """

    def __init__(
        self, model: type[Model], page: Door, holder: Any, inline: Any, link: Link
    ) -> None:
        super().__init__(model)
        self.page, self.holder, self.inline, self.link = page, holder, inline, link
        self.site = page.site

    def lets_in(self, request: HttpRequest) -> bool:
        return self.page.lets_in(request)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        images = self.images(request)
        return self.link.within(images, self.page.rows(request, action))

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
        """As of any door; one query, and those of the door of the page."""
        images = self.images(request)
        images = images.filter(pk__in=valid_keys(images.model, pks), **self.link.conditions)
        rows = list(unopened(images.annotate(isolation_page=F(self.link.path))))
        keys = {str(row.isolation_page) for row in rows if row.isolation_page is not None}
        pages = self.page.found(request, action, keys) if keys else {}
        open_pages = {key for key, page in pages.items() if self.is_open_on(request, action, page)}
        return {str(row.pk): row for row in rows if str(row.isolation_page) in open_pages}

    def is_open_on(self, request: HttpRequest, action: Action, page: Model) -> bool:
        """Whether the inline stands on the page of that object and lets the person do it."""
        if not chooses_inlines(self.holder):
            return says_yes(self.inline, request, action, page)
        return any(
            says_yes(inline, request, action, page)
            for inline in self.holder.get_inline_instances(request, page)
            if self.is_same(inline)
        )

    def is_same(self, inline: Any) -> bool:
        if self.inline is not None:
            return name_of(inline) == name_of(self.inline)
        return is_shown_by(self.model, inline.model)

    def shows_all(self, request: HttpRequest, action: Action) -> bool:
        if self.inline is None or self.link.may_be_empty or chooses_inlines(self.holder):
            return False
        is_whole = self.page.shows_all(request, action) and self.allows(request, action)
        return is_whole and not is_narrowed(self.inline.get_queryset(request))


def inline_doors(
    request: HttpRequest, model: type[Model], page: Door, holder: Any, depth: int = 0
) -> Iterator[InlineDoor]:
    """The inlines of ``holder``, a ModelAdmin or an inline, that show images of ``model``."""
    shown = False
    for inline in known_inlines(request, holder):
        link = find_link(holder.model, inline)
        if link is None:
            continue
        if is_shown_by(model, inline.model):
            shown = True
            yield InlineDoor(model, page, holder, inline, link)
        elif depth < MAX_DEPTH and getattr(inline, "inlines", None):
            inner = InlineDoor(inline.model, page, holder, inline, link)
            yield from inline_doors(request, model, inner, inline, depth + 1)
    if not shown and isinstance(page, AdminDoor) and chooses_inlines(holder):
        for field in links_between(model, holder.model):
            link = Link(f"{field.name}__pk", {}, field.null)
            yield InlineDoor(model, page, holder, None, link)


def known_inlines(request: HttpRequest, holder: Any) -> list[Any]:
    """The inlines that ``holder`` names, and those it chooses for an object that is not yet."""
    named = named_inlines(holder)
    if not chooses_inlines(holder):
        return named
    names = set(map(name_of, named))
    chosen = holder.get_inline_instances(request, None)
    return named + [inline for inline in chosen if name_of(inline) not in names]


def named_inlines(holder: Any) -> list[Any]:
    """The inlines that a ModelAdmin or an inline names, whoever asks."""
    kinds = [kind for kind in getattr(holder, "inlines", ()) if getattr(kind, "model", None)]
    return [kind(holder.model, holder.admin_site) for kind in kinds]


def name_of(inline: Any) -> tuple[str, str]:
    """The host's name of an inline's class, which stays the same where we add to it."""
    return type(inline).__module__, type(inline).__qualname__


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
        from django.contrib.contenttypes.models import ContentType

        kind = ContentType.objects.get_for_model(owner)
        return Link(generic, {inline.ct_field: kind}, may_be_empty=True)
    named = getattr(inline, "fk_name", None)
    fields = [f for f in links_between(inline.model, owner) if named in (None, f.name)]
    return Link(f"{fields[0].name}__pk", {}, fields[0].null) if fields else None


def links_between(model: type[Model], owner: type[Model]) -> "list[ForeignKey[Any, Any]]":
    """The foreign keys from ``model`` to ``owner`` or to what it derives from."""
    owners = {concrete(owner), *owner._meta.get_parent_list()}
    return [
        field
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and concrete(field.remote_field.model) in owners
    ]
