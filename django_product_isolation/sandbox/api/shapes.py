"""The same facts in the different shapes that sources disagree on (contract, section 7).

Tables from the name of a shape to the function that makes it; which shape is in force is decided by
``behaviour``.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Json = Any

OUTPUT: dict[str, Callable[[list[str]], Json]] = {
    "image_urls": lambda urls: {"image_urls": urls},
    "outputs": lambda urls: {
        "outputs": [{"url": url, "type": "image"} for url in urls],
        "seed": None,
        "timing": None,
        "nsfw_detected": None,
    },
    "images": lambda urls: {"images": [{"url": url} for url in urls]},
    "image_strings": lambda urls: {"images": urls},
    "image": lambda urls: {"image": {"url": first(urls)}},
    "image_string": lambda urls: {"image": first(urls)},
    "named": lambda urls: {"product": urls},
    "image_url": lambda urls: {"image_url": first(urls)},
    "url": lambda urls: {"url": first(urls)},
    "output_url": lambda urls: {"output_url": first(urls)},
    "list": lambda urls: urls,
    "string": lambda urls: first(urls),
}

ERROR: dict[str, Callable[[str, str, Json], Json]] = {
    "flat": lambda code, message, errors: {"code": code, "message": message, "errors": errors},
    "nested": lambda code, message, errors: {
        "error": {"code": code, "message": message, "errors": errors}
    },
    "detail": lambda code, message, errors: {"detail": errors or message},
}


def first(urls: list[str]) -> str | None:
    """Return the first URL, None when there is none."""
    return urls[0] if urls else None


def balance_record(org_id: str, balance: Decimal, created_at: str) -> dict[str, Json]:
    """Return the balance as the reference page has it: USD as a decimal string."""
    return {
        "id": org_id,
        "org_id": org_id,
        "balance": f"{balance:.2f}",
        "low_balance_threshold": None,
        "low_balance_notified_at": None,
        "created_at": created_at,
        "updated_at": created_at,
    }


def balance_cents(org_id: str, balance: Decimal, created_at: str) -> dict[str, Json]:
    """Return the balance as the pricing page has it: whole US cents."""
    return {"balance_cents": int(balance * 100), "currency": "USD"}


BALANCE = {"balance": balance_record, "balance_cents": balance_cents}

# Lists are read forwards here, so the cursors that lead back are always null.
CURSORS: dict[str, Callable[[str | None], dict[str, Json]]] = {
    "pq": lambda following: {"next_pq": following, "prev_pq": None},
    "next": lambda following: {"first": None, "next": following, "previous": None},
}


def as_sdk(record: dict[str, Json]) -> dict[str, Json]:
    """Return a run record under the names the SDK's types use (sections 7.11 to 7.15)."""
    record["run_id"] = record.pop("id")
    record["status"] = record.pop("status_code")
    record["finished_at"] = record.pop("completed_at")
    record["failure_stage"] = record.pop("failure_stage_code")
    message, code = record.pop("failure_message"), record.pop("failure_code")
    record["error"] = {"code": code, "message": message} if code else None
    return record


RECORD: dict[str, Callable[[dict[str, Json]], dict[str, Json]]] = {
    "reference": lambda record: record,
    "sdk": as_sdk,
}
