"""Signatures: of callback bodies, and of the URLs under which files are read and written.

Knows keys and bytes; not what is behind a URL.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from urllib.parse import urlencode


def callback_signature(secret: str, body: bytes) -> str:
    """Return 64 lower-case hex digits: HMAC-SHA256 of the raw body (contract, section 2.4).

    The key is the whole secret, its ``whsec_`` prefix included.
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class UrlSigner:
    """Makes URLs that open one path with one method until a moment, and knows them again."""

    def __init__(self, key: bytes, base_url: str, lifetime: float) -> None:
        """``base_url`` is scheme, host and port; ``lifetime`` is in seconds."""
        self._key = key
        self._lifetime = lifetime
        self.base_url = base_url

    def signed(self, path: str, method: str = "GET") -> str:
        """Return the absolute URL of ``path`` with its expiry and signature."""
        expires = str(int(time.time() + self._lifetime))
        query = {"expires": expires, "signature": self._signature(method, path, expires)}
        return f"{self.base_url}{path}?{urlencode(query)}"

    def unsigned(self, path: str) -> str:
        """Return the absolute URL of ``path`` as it is, which nobody is allowed to open."""
        return f"{self.base_url}{path}"

    def allows(self, method: str, path: str, query: Mapping[str, str]) -> bool:
        """Return whether the query belongs to this path and method and has not expired."""
        expires = query.get("expires", "")
        expected = self._signature(method, path, expires)
        if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode()):
            return False
        return time.time() < int(expires)

    def _signature(self, method: str, path: str, expires: str) -> str:
        message = f"{method}\n{path}\n{expires}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
