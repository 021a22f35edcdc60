"""What ``image_url`` may be, and how each kind becomes bytes (contract, section 2.1).

Knows https URLs, ``runflow://assets/{id}``, ``data:`` URIs and the sandbox's own signed URLs.
"""

import base64
import binascii
from urllib.parse import parse_qsl, urlsplit

from django_product_isolation.sandbox.config import MAX_IMAGE_BYTES
from django_product_isolation.sandbox.signing import UrlSigner
from django_product_isolation.sandbox.store.assets import REFERENCE, Assets
from django_product_isolation.sandbox.store.folder import Folder

from .fetch import fetch
from .picture import InputRefused

FILES = "/files/"


class Sources:
    """The sources of runs."""

    def __init__(
        self, assets: Assets, folder: Folder, signer: UrlSigner, *, allow_local: bool
    ) -> None:
        self._assets = assets
        self._folder = folder
        self._signer = signer
        self._allow_local = allow_local

    def problem(self, org_id: str, url: str) -> str | None:
        """Return what is wrong with an ``image_url`` that can be said without fetching it."""
        if url.startswith(REFERENCE):
            asset = self._assets.get(org_id, url.removeprefix(REFERENCE))
            return None if asset and asset.file_name else "no such asset"
        if url.startswith("data:"):
            return None if inline_bytes(url) else "not a base64 data: URI of at most 50 MiB"
        if self._is_own(url):
            return None
        return self._problem_of_address(url)

    def _problem_of_address(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            host, secret, _ = parts.hostname, parts.username or parts.password, parts.port
        except ValueError:
            return "not a URL"
        if parts.scheme not in ("https", "http") or not host:
            return "not a URL"
        if parts.scheme == "http" and not self._allow_local:
            return "must be an https URL"
        return "must not carry a user name" if secret else None

    def kept(self, org_id: str, url: str) -> str:
        """Return what to record: a ``data:`` URI becomes an asset's reference, the rest stays.

        Raises NotAPicture when the bytes inside a ``data:`` URI are none.
        """
        content = inline_bytes(url) if url.startswith("data:") else None
        if content is None:
            return url
        return REFERENCE + self._assets.keep_inline(org_id, content).id

    def shown(self, url: str) -> str:
        """Return what a record shows: assets come back as freshly signed URLs."""
        name = self._assets.file_of(url) if url.startswith(REFERENCE) else None
        return self._signer.signed(FILES + name) if name else url

    def load(self, url: str) -> bytes:
        """Return a source's bytes. Raises InputRefused when they cannot be had."""
        if url.startswith(REFERENCE):
            return self._read(self._assets.file_of(url))
        if self._is_own(url):
            return self._read(self._own_file(url))
        return fetch(url, allow_local=self._allow_local)

    def _is_own(self, url: str) -> bool:
        return url.startswith(self._signer.base_url + FILES)

    def _own_file(self, url: str) -> str | None:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        allowed = self._signer.allows("GET", parts.path, query)
        return parts.path.removeprefix(FILES) if allowed else None

    def _read(self, name: str | None) -> bytes:
        content = self._folder.read(name) if name else None
        if content is None:
            raise InputRefused("The source is gone, or its URL has expired.")
        return content


def inline_bytes(url: str) -> bytes | None:
    """Return the bytes of a base64 ``data:`` URI, or None when it is none or too large."""
    head, _, body = url.partition(",")
    if not head.endswith(";base64") or len(body) > MAX_IMAGE_BYTES * 4 / 3 + 4:
        return None
    try:
        return base64.b64decode(body, validate=True) or None
    except (binascii.Error, ValueError):
        return None
