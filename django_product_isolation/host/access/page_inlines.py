"""What the page of one object shows in its inlines, by all of Django's ways to leave some out.

A ModelAdmin may choose inlines, or their rows, for each page anew, and so may an inline and its
formset. Where none of them has a method of its own, what the inline names is what it shows.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from .policies import is_narrowed, is_shown_by, valid_keys

# What the host may override to choose inlines, to leave out some of them or of their rows, and
# what of a formset to leave out rows, or the forms of rows.
CHOOSING = ("get_inlines", "get_inline_instances", "get_formsets_with_inlines")
DRAWING = ("get_inline_formsets", "_create_formsets")
LEAVING_OUT = ("get_formset_kwargs", *DRAWING)
ROWS = ("__init__", "get_queryset", "queryset")
FORMS = ("forms", "initial_forms", "initial_form_count", "total_form_count")
# Their classes leave nothing out, and are asked as Django's own.
LIBRARIES = ("adminsortable2", "nested_admin", "polymorphic", "unfold")
KNOWN = ("builtins", "django", "django_product_isolation", *LIBRARIES)
# So many pages are asked about in one query: databases limit how long one may be.
AT_ONCE = 100

# The rows that an inline shows, or the keys of those.
Rows = QuerySet[Any] | set[str]


def chooses_inlines(holder: Any) -> bool:
    """Whether the inlines of a ModelAdmin or inline may be others than the ones it names."""
    return hasattr(holder, "get_inlines") and overrides(holder, *CHOOSING)


def leaves_out(holder: Any, inline: Any) -> bool:
    """Whether a page of ``holder`` may show less than the rows that the inline has."""
    return overrides(holder, *CHOOSING, *LEAVING_OUT) or redraws(inline)


def redraws(inline: Any) -> bool:
    """Whether the formset of an inline may leave some of its rows out."""
    return overrides(inline, "get_formset") or redefines(inline.formset, *ROWS, *FORMS)


def overrides(shown: Any, *names: str) -> bool:
    """Whether an admin or inline has methods of these names that are neither Django's nor ours."""
    return any(name in vars(shown) for name in names) or redefines(type(shown), *names)


def redefines(kind: type, *names: str) -> bool:
    kinds = [vars(one) for one in kind.__mro__ if one.__module__.partition(".")[0] not in KNOWN]
    return any(name in one for one in kinds for name in names)


def named_inlines(holder: Any) -> list[Any]:
    """The inlines that a ModelAdmin or an inline names, whoever asks."""
    kinds = [kind for kind in getattr(holder, "inlines", ()) if getattr(kind, "model", None)]
    return [kind(holder.model, holder.admin_site) for kind in kinds]


def drawn_inlines(
    holder: Any, request: HttpRequest, page: Model, model: type[Model], kinds: dict[Any, Any]
) -> Iterator[tuple[Any, Rows]]:
    """The inlines with images of ``model`` on the page of an object, each with what it shows.

    Asks the database for nothing, unless the host does. ``kinds`` keeps from page to page the
    formset classes, which take long to make.
    """
    if overrides(holder, *DRAWING):
        formsets, inlines = holder._create_formsets(request, page, True)
        for drawn in holder.get_inline_formsets(request, formsets, inlines, page):
            if is_shown_by(model, drawn.opts.model):
                yield drawn.opts, rows_of(drawn.formset)
        return
    for kind, inline in formset_pairs(holder, request, page, kinds):
        if is_shown_by(model, inline.model):
            values = formset_values(holder, request, page, inline)
            is_plain = kind is None or not redefines(kind, *ROWS, *FORMS)
            yield inline, values["queryset"] if is_plain else rows_of(kind(**values))


def formset_pairs(
    holder: Any, request: HttpRequest, page: Model, kinds: dict[Any, Any]
) -> Iterator[tuple[Any, Any]]:
    """The formset classes and inlines of the page; no class where Django's own will do."""
    if overrides(holder, "get_formsets_with_inlines"):
        yield from holder.get_formsets_with_inlines(request, page)
        return
    choose = getattr(holder, "get_inline_instances", None)
    # Without it, the page draws the inlines within an inline.
    for inline in choose(request, page) if choose else named_inlines(holder):
        key = (type(inline), inline.formset)
        if not redraws(inline):
            kinds[key] = None
        elif key not in kinds or overrides(inline, "get_formset"):
            kinds[key] = inline.get_formset(request, page)
        yield kinds[key], inline


def formset_values(holder: Any, request: HttpRequest, page: Model, inline: Any) -> dict[str, Any]:
    """What the formset of an inline is made with; its prefix is only a name."""
    prefix = "isolation"
    if hasattr(holder, "get_formset_kwargs"):
        values: dict[str, Any] = holder.get_formset_kwargs(request, page, inline, prefix)
    else:
        values = {"instance": page, "prefix": prefix, "queryset": inline.get_queryset(request)}
    if values.get("queryset") is None:
        values["queryset"] = inline.model._default_manager.all()
    return values


def rows_of(formset: Any) -> Rows:
    """What a formset shows; all its pages, if it shows them one by one."""
    rows = formset.get_queryset()
    if redefines(type(formset), *FORMS):
        return {str(form.instance.pk) for form in formset.initial_forms}
    if not isinstance(rows, QuerySet):
        return {str(row.pk) for row in rows}
    if rows.query.is_sliced:
        rows = rows.all()
        rows.query.clear_limits()
    return rows


def keys_among(model: type[Model], shown: Iterable[tuple[Rows, set[str]]]) -> set[str]:
    """Of the keys with which each comes, those that the rows have.

    No query for rows that have all of the table, one for a hundred others that differ, and one
    for each queryset of a class of its own, which may leave out rows while it reads them.
    """
    found, differing = set[str](), dict[Any, tuple[QuerySet[Any], set[str]]]()
    for rows, pks in shown:
        if isinstance(rows, set):
            found |= rows & pks
        else:
            differing.setdefault(signature(rows), (rows, set()))[1].update(pks)
    conditions = []
    for rows, pks in differing.values():
        if not is_narrowed(rows):
            found |= pks
            continue
        near = Q(pk__in=valid_keys(rows.model, pks))
        if type(rows) is type(rows.model._default_manager.all()):
            conditions.append(near & Q(pk__in=rows.order_by().values("pk")))
        else:
            found |= keys_of(rows.order_by().filter(near))
    while some := conditions[:AT_ONCE]:
        del conditions[:AT_ONCE]
        found |= keys_of(model._base_manager.filter(reduce(or_, some)))
    return found


def keys_of(rows: QuerySet[Any]) -> set[str]:
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def signature(rows: QuerySet[Any]) -> Any:
    """What querysets of the same rows have in common."""
    try:
        return type(rows), rows.model, str(rows.query)
    except EmptyResultSet:
        return None
