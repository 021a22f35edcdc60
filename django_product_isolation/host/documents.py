"""Which files are mentioned within the shop's texts and JSON, long or short, whoever wrote these.

FileBrowse, order lines and feeds keep a name in a column of their own. Revisions keep rows as JSON
(django-reversion, Wagtail), logs keep what changed (django-auditlog), descriptions show pictures by
their addresses, and a shop's own JSON holds what it likes.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from html import escape
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.db.models import (
    CharField,
    Count,
    EmailField,
    F,
    Field,
    Q,
    SlugField,
    TextField,
    URLField,
    Value,
)
from django.db.models.functions import Cast
from django.db.models.lookups import Contains, Regex
from django.utils.encoding import filepath_to_uri

from .shop_tables import (
    CannotAsk,
    Column,
    columns_of_the_shop,
    databases_of,
    has_table,
    rows_to_ask,
)

CHUNK = 100  # names asked for at a time, by one pass over the column
# By the kind that a field says it is, too: libraries derive theirs from many classes.
KINDS = frozenset({"CharField", "TextField", "JSONField", "HStoreField"})
# No file has such a name; addresses are looked through by the last part of a name.
NO_NAMES = (SlugField, EmailField, URLField)
# Django's own, which tell what people did and show no picture; those of sorl and easy-thumbnails,
# which remember of what they made thumbnails.
JOURNALS = frozenset(
    {
        "admin.logentry",
        "sessions.session",
        "thumbnail.kvstore",
        "easy_thumbnails.source",
        "easy_thumbnails.thumbnail",
    }
)


def mentioned_in_documents(names: Collection[str]) -> set[str]:
    """Those of ``names`` that stand somewhere in a text or in JSON. Raises CannotAsk.

    Each column is read once for 100 names, within the database: no document leaves it.
    """
    left = set(names)
    for column in document_columns():
        for database in databases_of(column.model):
            unread = iter(sorted(left))
            while chunk := list(islice(unread, CHUNK)):
                try:
                    left -= mentioned(column, database, chunk)
                except CannotAsk:
                    # Oscar has a model of which only PostgreSQL has the table.
                    if column.model._meta.managed or has_table(column.model, database):
                        raise
    return set(names) - left


def document_columns() -> Iterator[Column]:
    for column in columns_of_the_shop():
        is_journal = column.model._meta.label_lower in JOURNALS
        if may_name_files(column.holds) and not is_journal:
            yield column


def may_name_files(field: "Field[Any, Any]") -> bool:
    is_text = isinstance(field, CharField | TextField) or field.get_internal_type() in KINDS
    return is_text and not isinstance(field, NO_NAMES)


def mentioned(column: Column, database: str, names: Collection[str]) -> set[str]:
    """Those of ``names`` that stand in a column, by one statement. Raises CannotAsk."""
    # What JSON is compared with would be taken for JSON, too.
    text = Cast(F(column.name), TextField())
    spelled = {name: spellings(name) for name in names}
    # One expression for all names: a pass takes as long for one as for a hundred.
    any_of_them = "|".join(re.escape(one) for name in names for one in spelled[name])
    has_one = Q(Regex(text, any_of_them))
    counts = {
        f"name_{number}": Count(
            Value(1), filter=Q(*(Q(Contains(text, one)) for one in spelled[name]), _connector=Q.OR)
        )
        for number, name in enumerate(names)
    }
    # Most texts are titles and codes, which this tells at a tenth of the cost.
    if all("." in name for name in names):
        has_one = Q(Contains(text, ".")) & has_one
    with rows_to_ask(column.model, database) as rows:
        found = rows.filter(has_one).order_by().aggregate(**counts)
    return {name for number, name in enumerate(names) if found[f"name_{number}"]}


def spellings(name: str) -> list[str]:
    """How a text may write a name: one for plain letters, else as JSON, HTML and addresses do."""
    plain = name.replace("\\", "/")
    found: set[str] = set()
    for form in ("NFC", "NFD"):
        spelled = unicodedata.normalize(form, plain)
        as_json = json.dumps(spelled)[1:-1]
        found |= {
            spelled,
            as_json,
            json.dumps(as_json)[1:-1],  # JSON as a text within JSON, as Wagtail keeps it
            json.dumps(spelled, ensure_ascii=False)[1:-1],
            escape(spelled),
            filepath_to_uri(spelled) or "",
            quote(spelled),
            quote(spelled, safe=""),
        }
    return sorted(found)
