"""Which files are mentioned within the shop's texts and JSON, long or short, whoever wrote these.

FileBrowse, order lines and feeds keep a name in a column of their own. Revisions keep rows as JSON
(django-reversion, Wagtail), logs keep what changed (django-auditlog), descriptions show pictures by
their addresses, and a shop's own JSON holds what it likes.
"""

import json
import posixpath
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
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
from django.utils.html import escapejs

from .file_names import FORMS, canonical, is_odd, tails
from .shop_tables import (
    CannotAsk,
    Column,
    FilledTables,
    columns_of_the_shop,
    has_table,
    rows_to_ask,
)

CHUNK = 100  # names asked for at a time, by one pass over the column
# What may stand between two parts of a path: PHP's JSON has ``\/``, HTML and scripts numbers.
HEX = "(2[fF]|5[cC])"
SLASHES = rf"[/\\.]|%(25)*{HEX}|u00{HEX}|x{HEX}|&(amp;)*(#0*(47|92)|#[xX]0*{HEX}|sol|bsol);"
SLASH_LIKE = r"[/\\.%&][/\\.%&#;0-9A-Fa-fuxXsolbmp]*"  # begins and goes on as these do
HEX_DIGITS = re.compile(r"(?<=%)[0-9A-Fa-f]{2}|(?<=\\u)[0-9A-Fa-f]{4}")
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


def mentioned_in_documents(names: Collection[str], tables: FilledTables) -> set[str]:
    """Those of ``names`` that stand somewhere in a text or in JSON. Raises CannotAsk.

    Each column is read once for 100 names, within the database: no document leaves it.
    """
    left = set(names)
    for column in document_columns():
        for database in tables.databases_of(column.model):
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
    # One expression for all names: a pass takes as long for one as for a hundred.
    has_one = Q(Regex(text, one_of(names)))
    counts = {
        f"name_{number}": Count(Value(1), filter=has_name(text, name))
        for number, name in enumerate(names)
    }
    # Most texts are titles and codes, which this tells at a tenth of the cost.
    if all("." in name for name in names):
        has_one = Q(Contains(text, ".")) & has_one
    with rows_to_ask(column.model, database) as rows:
        found = rows.filter(has_one).order_by().aggregate(**counts)
    return {name for number, name in enumerate(names) if found[f"name_{number}"]}


def has_name(text: Cast, name: str) -> Q:
    """Whether a text mentions a name, by what is quickly told first."""
    folder, lasts = path_of(name)
    parts = sorted({spelled for last in lasts for spelled in spellings(last)})
    has_last = Q(*(Q(Contains(text, part)) for part in parts), _connector=Q.OR)
    if not folder:
        return has_last
    [last] = lasts
    ends = "|".join(patterns(last))
    wholes = (f"{one}({SLASHES})+({ends})" for one in patterns(folder))
    return has_last & Q(Regex(text, "|".join(wholes)))


def one_of(names: Collection[str]) -> str:
    """A short regular expression for texts that mention one of ``names``, and for a few more.

    It knows of a folder its last part alone, and that first: what begins with the same letters is
    quickly searched, and databases refuse long ones.
    """
    by_parent: dict[str, set[str]] = {}
    for name in names:
        folder, lasts = path_of(name)
        by_parent.setdefault(posixpath.basename(folder), set()).update(lasts)
    found: list[str] = []
    for parent, lasts in by_parent.items():
        ends = "|".join(re.escape(one) for last in sorted(lasts) for one in spellings(last))
        begins = [f"{re.escape(one)}{SLASH_LIKE}" for one in spellings(parent)] if parent else [""]
        found += [f"{begin}({ends})" for begin in begins]
    return "|".join(found)


def path_of(name: str) -> tuple[str, set[str]]:
    """The folder and what may be the last part of a name; no folder where that may be any."""
    if is_odd(name):
        return "", tails(name)
    folder, last = posixpath.split(canonical(name))
    return folder, {last}


def patterns(part: str) -> list[str]:
    """A regular expression for each spelling, in which any slash may be written in any way."""
    return [f"({SLASHES})+".join(map(re.escape, one.split("/"))) for one in spellings(part)]


@lru_cache(maxsize=1000)
def spellings(part: str) -> list[str]:
    """How a text may write a part of a name: one for plain letters, else as JSON, HTML, scripts
    and addresses do. Slashes stay."""
    found: set[str] = set()
    for form in FORMS:
        spelled = unicodedata.normalize(form, part)
        as_json = json.dumps(spelled)[1:-1]
        as_address = quote(spelled)
        as_entities = re.sub(r"[^\w./-]|[^\x00-\x7f]", lambda found: f"&#{ord(found[0])};", spelled)
        found |= {
            spelled,
            as_json,
            json.dumps(as_json)[1:-1],  # JSON as a text within JSON, as Wagtail keeps it
            json.dumps(spelled, ensure_ascii=False)[1:-1],
            escape(spelled),
            as_entities,
            as_entities.replace("&#39;", "&#039;"),  # as PHP writes it
            escapejs(spelled),
            filepath_to_uri(spelled) or "",
            as_address,
            as_address.replace("%", "%25"),  # an address within an address
        }
    return sorted(found | {one for spelled in found for one in in_other_hex(spelled)})


def in_other_hex(spelled: str) -> set[str]:
    """The same with numbers of letters in small and in large hexadecimal digits."""
    return {
        HEX_DIGITS.sub(lambda found: found[0].lower(), spelled),
        HEX_DIGITS.sub(lambda found: found[0].upper(), spelled),
    }
