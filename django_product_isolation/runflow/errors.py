"""What can go wrong between us and Runflow, told apart by what it means for the money.

Knows which replies prove that a request was not accepted. Must not know how requests are sent.
"""

from collections.abc import Mapping

from django_product_isolation.fetching import read_retry_after
from django_product_isolation.redaction import safe_id, safe_name, safe_text

from .replies import as_mapping, as_text, parse_json


class RunflowError(Exception):
    """A call to Runflow failed.

    ``status`` is the HTTP status, None without a reply; ``code``, ``detail`` and ``request_id`` are
    Runflow's own words, fit to be shown. ``not_accepted``: a run was provably not accepted.
    ``can_retry``: the same call may succeed later without anybody doing anything.
    ``retry_after``: seconds to wait before, None when nobody names them.
    """

    not_accepted = False
    can_retry = False
    retry_after: float | None = None

    def __init__(
        self,
        *,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        detail: str = "",
        can_retry: bool | None = None,
    ) -> None:
        super().__init__(status, code, request_id, detail)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.detail = detail
        if can_retry is not None:
            self.can_retry = can_retry

    def __str__(self) -> str:
        named = {"status": self.status, "code": self.code, "request_id": self.request_id}
        parts = [f"{name}={value}" for name, value in named.items() if value]
        return " ".join([type(self).__name__, *parts, self.detail]).strip()


class NotReached(RunflowError):
    """Not one byte of the request left: refused, no such name, no TLS, no time to connect."""

    not_accepted = True
    can_retry = True


class UploadFailed(RunflowError):
    """The image did not arrive where Runflow told us to bring it. No run was asked for."""

    not_accepted = True
    can_retry = True


class Refused(RunflowError):
    """Runflow itself said no."""

    not_accepted = True


class RateLimited(Refused):
    """Too many requests."""

    can_retry = True


class AccountRefused(Refused):
    """The key (401, 403) or the credit (402) does not do: every other call fares the same."""


class NotFound(Refused):
    """No such run or model, or not one of ours."""


class Conflict(Refused):
    """The idempotency key was used before: a run may well exist."""

    not_accepted = False


class OutcomeUnknown(RunflowError):
    """Anything else, from a timeout to a proxy's page: the request may have been carried out."""

    can_retry = True


# Only a status in this table, with Runflow's own error document, counts as an answer of Runflow's.
REFUSALS: Mapping[int, type[Refused]] = {
    400: Refused,
    401: AccountRefused,
    402: AccountRefused,
    403: AccountRefused,
    404: NotFound,
    405: Refused,
    409: Conflict,
    413: Refused,
    415: Refused,
    422: Refused,
    429: RateLimited,
}


def error_from(status: int, headers: Mapping[str, str], body: bytes) -> RunflowError:
    """The error that a reply other than 2xx means."""
    request_id = safe_id(headers.get("Runflow-Request-Id"))
    try:
        envelope = read_envelope(parse_json(body))
    except ValueError:
        envelope = None
    kind: type[RunflowError] = REFUSALS.get(status, OutcomeUnknown) if envelope else OutcomeUnknown
    code, message = envelope or ("", "a reply that is not Runflow's own")
    error = kind(
        status=status,
        code=safe_name(code),
        request_id=request_id,
        detail=safe_text(message),
    )
    if error.can_retry:
        error.retry_after = read_retry_after(headers.get("Retry-After", ""))
    return error


def read_envelope(document: object) -> tuple[str, str] | None:
    """Code and message of an error reply in any of the three shapes (7.10), None for another."""
    reply = as_mapping(document)
    for envelope in (reply, as_mapping(reply.get("error")), as_mapping(reply.get("detail"))):
        if isinstance(envelope.get("code"), str) and isinstance(envelope.get("message"), str):
            errors = _details(envelope.get("errors"))
            return envelope["code"], " ".join([envelope["message"], *errors])
    detail = reply.get("detail")
    if isinstance(detail, str | list) and detail:
        return "", detail if isinstance(detail, str) else " ".join(_details(detail))
    return None


def _details(errors: object) -> list[str]:
    """What an error list says, in the forms ``{field, message}`` and ``{loc, msg}``."""
    return [_detail(error) for error in errors] if isinstance(errors, list) else []


def _detail(error: object) -> str:
    known = as_mapping(error)
    place = known.get("field") or known.get("loc")
    if isinstance(place, list):
        place = ".".join(map(str, place))
    message = known.get("message") or known.get("msg") or error
    return ": ".join(part for part in (as_text(place), as_text(message)) if part)
