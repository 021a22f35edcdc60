"""Images that stand in an inline: whoever may see the page may see them, as far as the inline says.

The inlines of inlines, as nested-admin has them, and generic ones too.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Model, QuerySet
from django.http import HttpRequest

from django_product_isolation.host.rows import unopened

from .inline_links import Link, find_link, possible_links
from .own_pages import at_list, at_page, opened
from .page_inlines import (
    chooses_inlines,
    drawn_inlines,
    keys_among,
    leaves_out,
    named_inlines,
)
from .policies import (
    Action,
    AdminPolicy,
    ClosedPolicy,
    Policy,
    decides_by_row,
    has_rows_of,
    is_narrowed,
    is_shown_by,
    says_yes,
    valid_keys,
)

MAX_DEPTH = 4  # of inlines within inlines


class InlinePolicy(Policy):
    """An inline on the pages of another policy.

    ``inline`` is None where the ModelAdmin chooses its inlines for each of its objects anew.
    """

    def __init__(
        self,
        model: type[Model],
        page: "AdminPolicy | InlinePolicy",
        holder: Any,
        inline: Any,
        link: Link,
    ) -> None:
        super().__init__(model)
        self.model_admin: Any = page.model_admin
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
        rows: QuerySet[Any] = self.inline.get_queryset(at_list(self.model_admin, request))
        return rows

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        if not self.page.allows(request, action):
            return False
        asked = at_list(self.model_admin, request)
        return self.inline is None or says_yes(self.inline, asked, action, None)

    @property
    def asks_pages(self) -> bool:
        return self.is_drawn_by_page or self.page.asks_pages

    @property
    def is_drawn_by_page(self) -> bool:
        """Whether only the page of what the images belong to says whether, and which, it shows."""
        return self.inline is None or leaves_out(self.holder, self.inline)

    @property
    def asks_each(self) -> bool:
        return self.is_drawn_by_page or self.page.asks_each or decides_by_row(self.inline)

    def found(self, request: HttpRequest, action: Action, pks: Iterable[str]) -> dict[str, Model]:
        """As of any policy; one query, and those of the policy of the page.

        A few more where pages say which rows they show: see ``keys_among``.
        """
        by_page = self.is_drawn_by_page
        images = self.shown._base_manager.all() if by_page else self.images(request)
        images = images.filter(pk__in=valid_keys(images.model, pks), **self.link.conditions)
        rows = list(unopened(images.annotate(isolation_page=F(self.link.path))))
        keys = {str(row.isolation_page) for row in rows if row.isolation_page is not None}
        pages = self.page.found(request, action, keys) if keys else {}
        found = {str(row.pk): row for row in rows if str(row.isolation_page) in pages}
        if by_page:
            open_here = self.open_on_pages(request, action, pages, found)
            return {pk: row for pk, row in found.items() if pk in open_here}
        asked = at_list(self.model_admin, request)
        open_pages = {k for k, page in pages.items() if says_yes(self.inline, asked, action, page)}
        return {pk: row for pk, row in found.items() if str(row.isolation_page) in open_pages}

    def open_on_pages(
        self, request: HttpRequest, action: Action, pages: dict[str, Model], found: dict[str, Any]
    ) -> set[str]:
        """The keys of what stands on its page, in an inline that lets it be done.

        Which classes the inlines are says nothing: they may be made anew for each page. A page is
        drawn as when it is opened; whether something may be done there is asked with the person's
        own method, for an inline may be shown to those who open the page and take no change.
        """
        shown, kinds = [], dict[Any, Any]()
        for key, pks in by_page(found).items():
            page = pages[key]
            asked = self.at_page(request, page)
            drawn = drawn_inlines(self.holder, opened(asked), page, self.model, kinds)
            for inline, rows in drawn:
                is_this = find_link(self.holder.model, inline) == self.link
                if is_this and says_yes(inline, asked, action, page):
                    shown.append((rows, pks))
        return keys_among(self.shown, shown)

    def at_page(self, request: HttpRequest, page: Model) -> HttpRequest:
        """The request for that page; an inline within an inline has none of its own."""
        if isinstance(self.page, InlinePolicy):
            return at_list(self.model_admin, request)
        return at_page(self.model_admin, request, page)

    def shows_all(self, request: HttpRequest, action: Action) -> bool:
        if self.is_drawn_by_page or self.link.may_be_empty:
            return False
        is_whole = self.page.shows_all(request, action) and self.allows(request, action)
        return is_whole and not is_narrowed(self.images(request))


def by_page(rows: dict[str, Any]) -> dict[str, set[str]]:
    """The keys of images, by the key of the page on which they stand."""
    pages: dict[str, set[str]] = {}
    for pk, row in rows.items():
        pages.setdefault(str(row.isolation_page), set()).add(pk)
    return pages


def inline_policies(
    request: HttpRequest,
    model: type[Model],
    page: AdminPolicy | InlinePolicy,
    holder: Any,
    depth: int = 0,
) -> Iterator[Policy]:
    """The inlines of ``holder``, a ModelAdmin or an inline, that show images of ``model``.

    One that shows them in a way unknown here stays closed.
    """
    shown = False
    for inline in known_inlines(at_list(page.model_admin, request), holder):
        link = find_link(holder.model, inline)
        if link is None:
            if is_shown_by(model, inline.model):
                shown = True
                yield ClosedPolicy(model)
        elif is_shown_by(model, inline.model):
            shown = True
            yield InlinePolicy(model, page, holder, inline, link)
        elif depth < MAX_DEPTH and getattr(inline, "inlines", None):
            inner = InlinePolicy(inline.model, page, holder, inline, link)
            yield from inline_policies(request, model, inner, inline, depth + 1)
    if not shown and isinstance(page, AdminPolicy) and chooses_inlines(holder):
        for link in possible_links(model, holder.model):
            yield InlinePolicy(model, page, holder, None, link)


def known_inlines(request: HttpRequest, holder: Any) -> list[Any]:
    """The inlines that ``holder`` names, and those it chooses for an object that is not yet."""
    named = named_inlines(holder)
    if not chooses_inlines(holder):
        return named
    kinds = set(map(type, named))
    chosen = holder.get_inline_instances(request, None)
    return named + [inline for inline in chosen if type(inline) not in kinds]


def may_stand_in_inline(model: type[Model], holder: Any, depth: int = 0) -> bool:
    """Whether images of ``model`` stand in an inline of ``holder`` or in one of its inlines, or may
    do so for one of its objects."""
    if chooses_inlines(holder) and any(possible_links(model, holder.model)):
        return True
    return depth <= MAX_DEPTH and any(
        is_shown_by(model, inline.model) or may_stand_in_inline(model, inline, depth + 1)
        for inline in named_inlines(holder)
    )
