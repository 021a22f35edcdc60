"""Reading what Runflow writes: runs, links to results, balances.

Knows every form in which its documents and its own code show them (contract, sections 4.1 and 7),
and takes nothing on trust: what does not fit is left out. Must not know how replies are fetched.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django_product_isolation.choices import MAX_ID
from django_product_isolation.fetching.addresses import origin
from django_product_isolation.redaction import safe_name, safe_text

# What a price and a balance may be, in USD: no more digits than the columns hold.
CENT_OF_CENT = Decimal("0.0001")
MAX_COST = Decimal("9999.9999")
MAX_BALANCE = Decimal("99999999.9999")
MAX_DIGITS = 60  # of a number in JSON; beyond, it is none
NO_NUMBER = Decimal("NaN")
MAX_URL = 8192  # characters
ID = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_ID}}}")
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
    cost_is_nonsense: bool = False  # something stands there, and is no price
    created_at: datetime | None = None
    refs: tuple[str, ...] = ()  # what its sender called it
    failure_code: str = ""
    failure_message: str = ""
    source_url: str = field(default="", repr=False)  # where it read the photo, freshly signed

    @property
    def is_terminal(self) -> bool:
        return self.status.is_terminal

    def names_another(self, ref: str) -> bool:
        """Whether it says whose it is, and not ``ref``; one that says nothing may be anybody's."""
        return any(self.refs) and ref.lower() not in map(str.lower, self.refs)


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


def parse_reply(body: bytes) -> Any:
    """Parse JSON like ``parse_json``, but take what is no number, or beyond all measure, for NaN.

    So that one such number does not make the record of a paid run unreadable.
    """
    try:
        return json.loads(
            body, parse_float=_number, parse_int=_whole_number, parse_constant=_no_number
        )
    except RecursionError as error:
        raise ValueError("a nesting beyond all measure") from error


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
    cost = read_cost(known.get("cost"))
    return Run(
        id=run_id,
        status=run_state(known.get("status_code") or known.get("status")),
        output_urls=output_urls(known.get("output"), allow_http=allow_http),
        cost=cost,
        cost_is_nonsense=cost is None and known.get("cost") not in (None, ""),
        created_at=read_time(known.get("created_at")),
        refs=refs_of(known),
        failure_code=safe_name(known.get("failure_code") or error.get("code")),
        failure_message=safe_text(
            known.get("failure_message") or error.get("message") or known.get("failure_reason")
        ),
        source_url=first_link(as_mapping(known.get("input")).get("image_url"), allow_http),
    )


def first_link(value: object, allow_http: bool) -> str:
    return next(iter(_links([value], _schemes(allow_http))), "")


def refs_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """By what we know a run of ours again: its client_ref, and ``run`` in its metadata."""
    return as_text(record.get("client_ref")), as_text(as_mapping(record.get("metadata")).get("run"))


def output_urls(output: object, *, allow_http: bool = False) -> tuple[str, ...]:
    """The links in a run's output, in the order of the table in section 4.1, each once.

    Names that are not in the table count only when the others hold none.
    """
    schemes = _schemes(allow_http)
    if not isinstance(output, Mapping):
        return _links([output], schemes)
    known = _links(map(output.get, OUTPUT_NAMES), schemes)
    return known or _links(output.values(), schemes)


def read_usd(value: object, most: Decimal = MAX_BALANCE) -> Decimal | None:
    """An amount in USD with four decimals; None when ``value`` is none, or beyond ``most``."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        amount = Decimal(value)
        if not amount.is_finite() or abs(amount) > most:
            return None
        rounded = amount.quantize(CENT_OF_CENT)
    except (ArithmeticError, ValueError):
        return None
    return None if amount and not rounded else rounded


def read_cost(value: object) -> Decimal | None:
    """What a run cost in USD; None when ``value`` is no price."""
    cost = read_usd(value, MAX_COST)
    return None if cost is None or cost < 0 else cost


def read_time(value: object) -> datetime | None:
    """A moment in ISO 8601; None for anything else, also where it names no zone."""
    try:
        moment = datetime.fromisoformat(as_text(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def read_balance(document: object) -> Decimal | None:
    """The credit left in USD, from either documented shape (7.8), None when neither fits."""
    account = as_mapping(document)
    if str(account.get("currency") or "USD").upper() != "USD":
        return None
    cents = account.get("balance_cents")
    if isinstance(cents, int) and not isinstance(cents, bool):
        return read_usd(Decimal(cents).scaleb(-2))
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


def _number(text: str) -> Decimal:
    try:
        return Decimal(text) if len(text) <= MAX_DIGITS else NO_NUMBER
    except ArithmeticError:
        return NO_NUMBER


def _whole_number(text: str) -> int | Decimal:
    return int(text) if len(text) <= MAX_DIGITS else NO_NUMBER


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _no_number(_name: str) -> Decimal:
    return NO_NUMBER
