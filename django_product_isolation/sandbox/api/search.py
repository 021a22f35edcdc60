"""``GET /v1/runs``: newest first, page by page, filtered by one column (contract, section 2.3).

Speaks of both grammars what looking up a run takes: one exact comparison of ``client_ref`` or
``status_code`` (section 9.1.11). Anything more is refused, never answered in part.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django_product_isolation.sandbox.store.database import Database
from django_product_isolation.sandbox.store.identifiers import is_uuid
from django_product_isolation.sandbox.store.runs import Run

from .validation import Invalid

COLUMN = r"(?P<column>client_ref|status_code)"
GRAMMARS = {
    "colon": re.compile(COLUMN + r":(?P<value>[^\s()']+)"),
    "eq": re.compile(COLUMN + r"\.EQ:'(?P<value>[^']*)'"),
}
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
ORDER = "created_at:desc"


@dataclass(frozen=True)
class Query:
    """A list request, checked."""

    limit: int
    column: str | None
    value: str
    after: str | None  # id of the last run of the page before


def read_query(given: Mapping[str, str], grammar: str) -> Query:
    """Return the query that the parameters ask for; unknown ones are ignored.

    ``grammar`` is the one in force: both, colon, eq or none. Raises Invalid.
    """
    limit = given.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MAX_LIMIT:
        raise refused("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
    if given.get("sort_by", ORDER) != ORDER:
        raise refused("sort_by", f"must be {ORDER} here")
    after = given.get("pq") or None
    if after and not is_uuid(after):
        raise refused("pq", "is not a cursor of ours")
    column, value = read_filter(given.get("q", ""), grammar)
    return Query(int(limit), column, value, after)


def read_filter(expression: str, grammar: str) -> tuple[str | None, str]:
    """Return the column that ``q`` names, None without a filter, and its value. Raises Invalid."""
    if not expression:
        return None, ""
    for name, pattern in GRAMMARS.items():
        found = pattern.fullmatch(expression) if grammar in ("both", name) else None
        if found:
            # Records may spell it with one l, whereas the column always has two (section 7.1).
            is_american = found["column"] == "status_code" and found["value"] == "canceled"
            return found["column"], "cancelled" if is_american else found["value"]
    raise refused("q", "is not an expression understood here")


def find_page(database: Database, org_id: str, query: Query) -> tuple[list[Run], str | None]:
    """Return one page of an organisation's runs, and the next page's cursor, None on the last."""
    conditions = {"org_id = ?": org_id}
    if query.column:
        conditions[f"{query.column} = ?"] = query.value
    if query.after:
        conditions["id < ?"] = query.after
    found = database.rows(
        f"SELECT * FROM run WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608
        *conditions.values(),
        query.limit + 1,
    )
    runs = [Run(**row) for row in found[: query.limit]]
    return runs, runs[-1].id if len(found) > query.limit else None


def refused(field: str, message: str) -> Invalid:
    """Return the error for one bad parameter."""
    return Invalid([{"field": field, "message": message}])
