"""Reading what Runflow writes: runs, links to results, balances.

Knows every form in which its documents and its own code show them (contract, sections 4.1 and 7),
and takes nothing on trust: what does not fit is left out. Must not know how replies are fetched.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django_product_isolation.fetching.addresses import origin

MAX_COST = Decimal(1_000_000)  # USD; beyond it a number is no price
MAX_URL = 8192  # characters
MAX_TEXT = 300  # characters
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
URL_IN_TEXT = re.compile(r"\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#]*@)?([^\s/?#]*)\S*", re.IGNORECASE)
QUERY_IN_TEXT = re.compile(r"\?\S*=\S*")
OUTPUT_NAMES = ("image_urls", "outputs", "images", "image", "image_url", "url", "output_url")


class RunState(str, Enum):
    """What has become of a run at Runflow, whatever the spelling (contract, section 3)."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # not terminal: ask again

    __str__ = str.__str__

    @property
    def is_terminal(self) -> bool:
        return self in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


SPELLINGS = {
    "queued": RunState.QUEUED,
    "dispatching": RunState.RUNNING,
    "processing": RunState.RUNNING,
    "in_progress": RunState.RUNNING,
    "running": RunState.RUNNING,
    "succeeded": RunState.SUCCEEDED,
    "completed": RunState.SUCCEEDED,
    "failed": RunState.FAILED,
    "errored": RunState.FAILED,
    "timeout": RunState.FAILED,
    "canceled": RunState.CANCELLED,
    "cancelled": RunState.CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """Runflow's record of a run, as far as we use it. Links open the file to anyone: not shown."""

    id: str
    status: RunState
    output_urls: tuple[str, ...] = field(default=(), repr=False)
    cost: Decimal | None = None  # USD
    client_ref: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    failure_code: str = ""
    failure_message: str = ""

    @property
    def is_terminal(self) -> bool:
        return self.status.is_terminal


@dataclass(frozen=True, kw_only=True)
class Asset:
    """An uploaded file: its id, and a signed https URL that is good for a short time."""

    id: str
    url: str = field(repr=False)


def parse_json(body: bytes) -> Any:
    """Parse JSON, decimals exactly. Raises ValueError for anything that is no JSON."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ArithmeticError, RecursionError) as error:
        raise ValueError("a number or a nesting beyond all measure") from error


def run_state(value: object) -> RunState:
    """The state that ``value`` spells, UNKNOWN for what is new to us."""
    return SPELLINGS.get(as_text(value).lower(), RunState.UNKNOWN)


def is_id(value: object) -> bool:
    """Whether ``value`` is an id that may become a part of a URL path."""
    return isinstance(value, str) and bool(ID.fullmatch(value))


def read_run(record: object, *, allow_http: bool = False) -> Run:
    """Read a run record. Links count when they are https, or http where ``allow_http``.

    Raises ValueError when there is no record or it has no usable id.
    """
    known = as_mapping(record)
    run_id = known.get("id") or known.get("run_id") or ""
    if not is_id(run_id):
        raise ValueError("no run id")
    error = as_mapping(known.get("error"))
    return Run(
        id=run_id,
        status=run_state(known.get("status_code") or known.get("status")),
        output_urls=output_urls(known.get("output"), allow_http=allow_http),
        cost=read_usd(known.get("cost")),
        client_ref=as_text(known.get("client_ref")),
        metadata=as_mapping(known.get("metadata")),
        failure_code=plain_text(known.get("failure_code") or error.get("code"), 100),
        failure_message=plain_text(
            known.get("failure_message") or error.get("message") or known.get("failure_reason")
        ),
    )


def output_urls(output: object, *, allow_http: bool = False) -> tuple[str, ...]:
    """The links in a run's output, in the order of the table in section 4.1, each once.

    Names that are not in the table count only when the others hold none.
    """
    schemes = _schemes(allow_http)
    if not isinstance(output, Mapping):
        return _links([output], schemes)
    known = _links(map(output.get, OUTPUT_NAMES), schemes)
    return known or _links(output.values(), schemes)


def read_usd(value: object) -> Decimal | None:
    """A cost or balance in USD, None when ``value`` is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < MAX_COST else None


def read_balance(document: object) -> Decimal | None:
    """The credit left in USD, from either documented shape (7.8), None when neither fits."""
    account = as_mapping(document)
    if str(account.get("currency") or "USD").upper() != "USD":
        return None
    cents = account.get("balance_cents")
    if isinstance(cents, int) and not isinstance(cents, bool):
        return read_usd(Decimal(cents) / 100)
    return read_usd(account.get("balance"))


def read_asset(document: object, *, allow_http: bool = False) -> Asset:
    """Read an asset record. Raises ValueError when it has no usable id or URL."""
    record = as_mapping(document)
    asset_id, url = record.get("id", ""), record.get("url", "")
    if not is_id(asset_id) or not _is_link(url, _schemes(allow_http)):
        raise ValueError("no asset")
    return Asset(id=asset_id, url=url)


def read_upload_session(document: object) -> tuple[str, str]:
    """The asset id and the URL to PUT the file to. Raises ValueError when one is missing."""
    session = as_mapping(document)
    asset_id, url = session.get("asset_id", ""), as_text(session.get("upload_url"))
    if not is_id(asset_id) or not url:
        raise ValueError("no upload session")
    return asset_id, url


def read_page(document: object) -> tuple[list[Any], str]:
    """The records of one page of a list, and the cursor of the next one, "" on the last (7.18).

    Raises ValueError when there is no list.
    """
    page = as_mapping(document)
    items = document if isinstance(document, list) else page.get("items")
    if not isinstance(items, list):
        raise ValueError("no list")
    cursor = as_text(page.get("next_pq") or page.get("next"))
    if "://" in cursor or cursor.startswith(("/", "?")):
        cursor = parse_qs(urlsplit(cursor).query).get("pq", [""])[0]
    return items, cursor


def as_mapping(value: object) -> Mapping[str, Any]:
    """``value`` where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_text(value: object) -> str:
    """``value`` where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def plain_text(value: object, limit: int = MAX_TEXT) -> str:
    """A short text fit for a log or a page: one line, and no more of a URL than its host.

    Of a bare path, as HTTP libraries write it into their errors, the query is left out.
    """
    text = "".join(c if c.isprintable() else " " for c in as_text(value)[: 10 * limit])
    return QUERY_IN_TEXT.sub("?…", URL_IN_TEXT.sub(r"\1\2/…", text)).strip()[:limit]


def _links(values: Iterable[object], schemes: Collection[str]) -> tuple[str, ...]:
    found = [link for value in values for link in _links_in(value) if _is_link(link, schemes)]
    return tuple(dict.fromkeys(found))


def _links_in(value: object) -> Iterator[Any]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            if as_text(item.get("type") or "image").lower().startswith("image"):
                yield item.get("url")
        else:
            yield item


def _is_link(value: object, schemes: Collection[str]) -> bool:
    if not isinstance(value, str) or len(value) > MAX_URL or not value.isprintable():
        return False
    place = origin(value)
    return place is not None and place[0] in schemes and " " not in value


def _schemes(allow_http: bool) -> Collection[str]:
    return ("https", "http") if allow_http else ("https",)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
