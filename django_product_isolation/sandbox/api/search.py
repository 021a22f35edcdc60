"""``GET /v1/runs``: the filter expression, the order and the cursors (contract, section 2.3).

Knows both grammars the sources describe and turns them into SQL made of its own words alone; what
a client wrote reaches the database only as parameters.
"""

import base64
import binascii
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django_product_isolation.sandbox.store.database import Database
from django_product_isolation.sandbox.store.identifiers import is_uuid
from django_product_isolation.sandbox.store.runs import Run

from .validation import Invalid

COLUMNS = ("id", "status_code", "client_ref", "created_at", "completed_at")
TOKEN = re.compile(
    r"\s*(?:(?P<word>(?:AND|OR|NOT)\b|[()])|(?P<field>[a-z_]+)"
    r"(?:\.EQ:'(?P<quoted>[^']*)'|(?P<operator>[<>]=?|[=:])(?P<plain>'[^']*'|[^\s()]+)))"
)
DEFAULT_LIMIT, MAX_LIMIT = 50, 500
NOT_UNDERSTOOD = "is not an expression understood here"


@dataclass(frozen=True)
class Page:
    """One page of runs, and the cursors of its neighbours."""

    runs: list[Run]
    following: str | None
    previous: str | None


@dataclass(frozen=True)
class Query:
    """A list request, checked."""

    where: str
    parameters: list[str]
    limit: int
    ascending: bool
    cursor: str | None
    backwards: bool


def read_query(given: Mapping[str, str], grammar: str) -> Query:
    """Return the query that the parameters ask for; unknown ones are ignored. Raises Invalid."""
    limit = given.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MAX_LIMIT:
        raise refused("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
    order = given.get("sort_by", "created_at:desc")
    if order not in ("created_at:desc", "created_at:asc"):
        raise refused("sort_by", "must be created_at:desc or created_at:asc")
    where, parameters = condition(given.get("q", ""), grammar)
    return Query(
        where,
        parameters,
        int(limit),
        order.endswith("asc"),
        read_cursor(given["pq"]) if given.get("pq") else None,
        given.get("from_prev") == "true",
    )


def condition(expression: str, grammar: str) -> tuple[str, list[str]]:
    """Return an SQL condition and its parameters for a ``q`` expression. Raises Invalid."""
    found = list(terms(expression.strip(), grammar))
    if not found:
        return "1", []
    require_balance([part for part, _ in found])
    sql = " ".join(part for part, _ in found)
    return f"({sql})", [value for _, value in found if value is not None]


def terms(expression: str, grammar: str) -> Iterator[tuple[str, str | None]]:
    """Yield SQL for each part of an expression, with the value it compares with."""
    position = 0
    while position < len(expression):
        token = TOKEN.match(expression, position)
        if not token or not is_allowed(token, grammar):
            raise refused("q", NOT_UNDERSTOOD)
        position = token.end()
        yield comparison(token) if token["field"] else (token["word"], None)


def require_balance(parts: list[str]) -> None:
    """Raise Invalid for parentheses that do not pair: they could escape the organisation."""
    depth = 0
    for part in parts:
        depth += (part == "(") - (part == ")")
        if depth < 0:
            break
    if depth:
        raise refused("q", NOT_UNDERSTOOD)


def is_allowed(token: re.Match[str], grammar: str) -> bool:
    """Return whether a token belongs to the grammar in force and names a known field."""
    if token["word"]:
        return grammar in ("both", "colon")
    spoken = "colon" if token["quoted"] is None else "eq"
    return grammar in ("both", spoken) and token["field"] in COLUMNS


def comparison(token: re.Match[str]) -> tuple[str, str]:
    """Return SQL for one ``field operator value``, and the value."""
    operator = (token["operator"] or "=").replace(":", "=")
    value = token["quoted"] if token["plain"] is None else token["plain"].strip("'")
    if token["field"] == "status_code" and value == "canceled":
        value = "cancelled"
    return f"{token['field']} {operator} ?", value


def find_page(database: Database, org_id: str, query: Query) -> Page:
    """Return the runs of an organisation that fit, one page. Raises Invalid for a bad ``q``."""
    upwards = query.ascending != query.backwards
    sql = f"SELECT * FROM run WHERE org_id = ? AND {query.where}"  # noqa: S608
    parameters: list[Any] = [org_id, *query.parameters]
    if query.cursor:
        sql += f" AND id {'>' if upwards else '<'} ?"
        parameters.append(query.cursor)
    sql += f" ORDER BY id {'ASC' if upwards else 'DESC'} LIMIT ?"
    try:
        found = database.rows(sql, *parameters, query.limit + 1)
    except sqlite3.OperationalError as error:
        raise refused("q", NOT_UNDERSTOOD) from error
    return page_of([Run(**row) for row in found], query)


def page_of(found: list[Run], query: Query) -> Page:
    """Return the page for what was found, which is one run more where there is another page."""
    runs, more = found[: query.limit], len(found) > query.limit
    if query.backwards:
        runs.reverse()
    has_following = more if not query.backwards else query.cursor is not None
    has_previous = more if query.backwards else query.cursor is not None
    return Page(
        runs,
        write_cursor(runs[-1].id) if runs and has_following else None,
        write_cursor(runs[0].id) if runs and has_previous else None,
    )


def write_cursor(run_id: str) -> str:
    """Return an opaque cursor that stands beside a run."""
    return base64.urlsafe_b64encode(run_id.encode()).decode()


def read_cursor(cursor: str) -> str:
    """Return the run id inside a cursor. Raises Invalid."""
    try:
        run_id = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, ValueError):
        run_id = ""
    if not is_uuid(run_id):
        raise refused("pq", "is not a cursor of ours")
    return run_id


def refused(field: str, message: str) -> Invalid:
    """Return the error for one bad parameter."""
    return Invalid([{"field": field, "message": message}])
