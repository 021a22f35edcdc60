"""The pictures that the host's rows show, with what a person calls them.

Reads keys, file names and the names of products in a constant number of queries; opens no file.
Names come in the language of prompts, whoever asks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import translation

from django_product_isolation.conf import get_settings
from django_product_isolation.reasons import Reason

from .access.safe_calls import answer
from .content_types import models_of
from .products import ProductPath
from .rows import all_rows, without_dimensions

if TYPE_CHECKING:
    from .targets import Target

# Of the columns that keep them. Longer ones could not be indexed on MariaDB.
PK_MAX_LENGTH = 255
NAME_MAX_LENGTH = 500
LABEL_MAX_LENGTH = 200
PRODUCT_MAX_LENGTH = 500
# "Product object (1)", of models that say nothing of themselves.
UNNAMED: Any = Model.__str__


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One row of the host's: its key, the file its field points at, and its product's name."""

    pk: str
    name: str
    label: str  # for people; says at least which row it is
    product: str = ""  # for prompts; "" where nothing names the product

    @property
    def fits(self) -> bool:
        """Whether our columns can hold key and file name."""
        return len(self.pk) <= PK_MAX_LENGTH and len(self.name) <= NAME_MAX_LENGTH


@dataclass(frozen=True)
class Skipped:
    """A picture that is left out, and why."""

    picture: Picture
    reason: Reason


def read_pictures(target: "Target", images: QuerySet[Any]) -> list[Picture]:
    """Read key, file name and product of ``images``, each once, opening no file.

    Two queries where the product is the row itself or a foreign key of its own; a third for any
    other path. Behind a generic foreign key, one more for the types and one for each of them.
    """
    with translation.override(get_settings().PROMPT_LANGUAGE or settings.LANGUAGE_CODE):
        column = target.product_path.column if target.product_path else "pk"
        read = images.values_list("pk", target.field.attname, *([column] if column else []))
        rows = {row[0]: row for row in read}
        names = product_names(target, rows)
        which = f" ({target.field.verbose_name})" if target.is_one_of_several else ""
        return [
            Picture(
                pk=str(pk),
                name=row[1] or "",
                label=labelled(names.get(pk) or f"{target.model._meta.verbose_name} {pk}", which),
                product=fit(names.get(pk, ""), PRODUCT_MAX_LENGTH),
            )
            for pk, row in rows.items()
        ]


def product_names(target: "Target", rows: Mapping[Any, tuple[Any, ...]]) -> dict[Any, str]:
    """What the product of each row is called, by the row's key; no entry where nothing says."""
    path = target.product_path
    if path is None:
        return named(target.model, rows)
    if path.column:
        pairs = {(pk, row[2]) for pk, row in rows.items()}
    else:
        pairs = set(related(target, path, list(rows)))
    names = names_behind(path, {key for _, key in pairs if key not in (None, "")})
    found: dict[Any, list[Any]] = defaultdict(list)
    for pk, key in pairs:
        if key in names:
            found[pk].append(key)
    return {pk: joined(names[key] for key in sorted(keys)) for pk, keys in found.items()}


def related(target: "Target", path: ProductPath, pks: list[Any]) -> Iterable[tuple[Any, Any]]:
    """Each image's key with the key of each of its products."""
    rows = all_rows(target.model).filter(pk__in=pks).order_by()
    for pk, *key in rows.values_list("pk", *path.sources):
        yield pk, (tuple(key) if path.is_generic else key[0])


def names_behind(path: ProductPath, keys: set[Any]) -> dict[Any, str]:
    """The names of the products with these keys; a column's values name themselves."""
    if path.is_generic:
        return named_by_type(keys)
    if path.model is None:
        return {key: str(key) for key in keys}
    return named(path.model, keys)


def named(model: type[Model], keys: Collection[Any]) -> dict[Any, str]:
    """What the rows with these keys call themselves; no entry for "Product object (1)"."""
    if not keys:
        return {}
    rows = without_dimensions(model).filter(pk__in=keys)
    namers = (row for row in rows if type(row).__str__ is not UNNAMED)
    return {row.pk: name for row in namers if (name := name_of(row))}


def name_of(row: Model) -> str:
    """What the row calls itself; "" where its own code breaks, which costs no order."""
    return answer(lambda: str(row).strip(), "")


def named_by_type(keys: set[Any]) -> dict[Any, str]:
    """The names of products of any model, by (content type, key).

    One query for their types, and one for each model.
    """
    models = models_of({kind for kind, _text in keys if kind})
    by_type: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for kind, text in keys:
        model = models.get(kind)
        if model is None:  # none is named, or what it names is gone
            continue
        with suppress(ValidationError, TypeError):  # the key stands in a column of another type
            by_type[model][model._meta.pk.to_python(text)] = (kind, text)
    return {
        texts[pk]: name
        for model, texts in by_type.items()
        for pk, name in named(model, texts).items()
    }


def joined(names: Iterable[str]) -> str:
    """The different names behind one another, as many as fit."""
    first, *others = dict.fromkeys(names)
    for name in others:
        if len(first) + len(name) + 2 > LABEL_MAX_LENGTH:
            break
        first += f", {name}"
    return first


def labelled(name: str, which: str) -> str:
    """What staff read about one picture: its product, and ``which`` of several images it is."""
    room = max(LABEL_MAX_LENGTH - len(which), LABEL_MAX_LENGTH // 2)
    return fit(fit(name, room) + which)


def fit(text: str, length: int = LABEL_MAX_LENGTH) -> str:
    """``text`` as our columns can hold it."""
    return text if len(text) <= length else f"{text[: length - 1]}\N{HORIZONTAL ELLIPSIS}"


def categories_of_each(target: "Target", pks: Collection[str]) -> list[set[str]]:
    """The categories of each image with these keys; one query, none without path."""
    if not target.category or not pks:
        return [set() for _pk in pks]
    found: dict[str, set[str]] = {str(pk): set() for pk in pks}
    rows = all_rows(target.model).filter(pk__in=pks).values_list("pk", target.category)
    for pk, category in rows:
        if category is not None:
            found.setdefault(str(pk), set()).add(str(category))
    return list(found.values())


def shared_categories(target: "Target", pks: Collection[str]) -> set[str]:
    """The categories that all images with these keys share; one query, none without path."""
    each = categories_of_each(target, pks)
    return set.intersection(*each) if each else set()
