"""Authenticating and reading a callback of Runflow's (contract, section 2.4).

Knows signatures, and the token in the callback's URL. Must not know models or what a callback sets
in motion.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlunsplit
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils.translation import override

from django_product_isolation.conf import get_settings
from django_product_isolation.database import tenants
from django_product_isolation.redaction import safe_name
from django_product_isolation.web_addresses import split_address

from .replies import is_id, parse_json

VIEW = "product_isolation:callback"
MIN_SECRET = 24  # characters; anyone can sign with an empty or guessable secret
SIGNATURE = re.compile("[0-9a-f]{64}")


class BadCallback(ValueError):
    """The body is not one of Runflow's callbacks."""


class BadToken(ValueError):
    """The token in the URL was not made here."""


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What a callback says. A hint: nothing in it is acted on before we asked Runflow ourselves."""

    event: str
    run_id: str
    metadata: Mapping[str, Any] = field(repr=False)


def usable_secrets(secrets: Sequence[str] | None) -> list[str]:
    """The secrets that are long enough to prove anything. They are used as they stand."""
    given = [secrets] if isinstance(secrets, str) else secrets or ()
    return [s for s in given if isinstance(s, str) and len(s.strip()) >= MIN_SECRET]


def signature_of(body: bytes, secret: str) -> str:
    """The value of ``Runflow-Signature`` for ``body``: HMAC-SHA256 of the raw bytes, in hex.

    The key is the whole secret, its ``whsec_`` prefix included.
    """
    return hmac.new(secret.encode("utf-8", "surrogateescape"), body, sha256).hexdigest()


def signature_is_valid(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether ``header`` signs exactly ``body`` with one of ``secrets``."""
    if header is None or not SIGNATURE.fullmatch(header):
        return False
    # All are compared before any answer is looked at, so that the time taken tells nothing.
    answers = [hmac.compare_digest(signature_of(body, s), header) for s in usable_secrets(secrets)]
    return any(answers)


def parse(body: bytes) -> Callback:
    """Read a callback. Raises BadCallback; events and states that are new to us are none."""
    try:
        document = parse_json(body)
    except ValueError as error:
        raise BadCallback("not JSON") from error
    if not isinstance(document, dict):
        raise BadCallback("not a JSON object")
    event, run_id = document.get("event"), document.get("run_id")
    status, metadata = document.get("status"), document.get("metadata")
    if not isinstance(event, str) or not event or not is_id(run_id):
        raise BadCallback("no event or no run id")
    if not isinstance(status, str | None) or not isinstance(metadata, dict | None):
        raise BadCallback("a status or metadata of the wrong type")
    return Callback(
        event=safe_name(event),
        run_id=str(run_id),
        metadata=metadata or {},
    )


class RunAddress(NamedTuple):
    """A run, and the tenant whose tables have it."""

    pk: UUID
    tenant: str


def make_token(run_pk: UUID) -> str:
    """A token for the URL of one run's callback: nobody else can make one.

    It names the tenant at hand, so that one public address serves them all and nobody has to look
    for a run in each.
    """
    tenant = urlsafe_b64encode(tenants.current().encode()).decode().rstrip("=")
    return _signer().sign(f"{run_pk.hex}.{tenant}" if tenant else run_pk.hex)


def read_token(token: str) -> RunAddress:
    """The run that ``token`` was made for. Raises BadToken."""
    try:
        pk, _, tenant = _signer().unsign(token).partition(".")
        padded = tenant + "=" * (-len(tenant) % 4)
        return RunAddress(UUID(hex=pk), urlsafe_b64decode(padded).decode())
    except (BadSignature, ValueError) as error:
        raise BadToken("not a token of ours") from error


def callback_url(run_pk: UUID) -> str | None:
    """Where Runflow calls back for a run; None when results are polled only, as they are where
    ``CALLBACK_BASE_URL`` names no host.

    The same wherever it is asked for. A path in ``CALLBACK_BASE_URL`` is the one under which the
    site is mounted; without one it is FORCE_SCRIPT_NAME.
    """
    parts = split_address(get_settings().CALLBACK_BASE_URL)
    if not parts.hostname:
        return None
    mount = parts.path.rstrip("/") or (settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, mount + path_of(make_token(run_pk)), "", ""))


def path_of(token: str) -> str:
    """The path of a callback as the site's own URLconf has it.

    Not as the request at hand has it, whose mount, host or language a worker does not know.
    """
    mount = get_script_prefix()
    set_script_prefix("/")
    try:
        with override(settings.LANGUAGE_CODE):
            return reverse(VIEW, urlconf=settings.ROOT_URLCONF, args=[token])
    finally:
        set_script_prefix(mount)


class TokenConverter:
    """In a URL pattern, the address of a token's run; None for a token that was not made here.

    So Django's own frames hold no token, whatever goes wrong in the view.
    """

    regex = "[^/]+"

    def to_python(self, token: str) -> RunAddress | None:
        try:
            return read_token(token)
        except BadToken:
            return None

    def to_url(self, token: str) -> str:
        return token


def _signer() -> Signer:
    """Honours SECRET_KEY_FALLBACKS. The separator is one that no proxy rewrites."""
    return Signer(salt="django_product_isolation.callback", sep="~")
