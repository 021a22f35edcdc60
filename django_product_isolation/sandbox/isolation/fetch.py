"""Fetching a source over the network, as an outsider would.

Knows HTTP and which addresses are out of bounds; not what the bytes should be.
"""

import time
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, Manager

from django_product_isolation.sandbox.config import MAX_IMAGE_BYTES

from .picture import InputRefused

USER_AGENT = "Runflow-Sandbox"
TIMEOUT = (5.0, 10.0)  # seconds to connect, and between two pieces
DEADLINE = 30.0  # seconds for the whole file
CHUNK = 65_536  # bytes
UNREACHABLE = "SANDBOX_SOURCE_UNREACHABLE"


def is_runflow(url: str) -> bool:
    """Return whether a URL belongs to the real service, which the sandbox never contacts."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == "runflow.io" or host.endswith(".runflow.io")


def fetch(url: str, *, allow_local: bool) -> bytes:
    """Return the bytes behind a public https URL; with ``allow_local`` also from this machine.

    Raises InputRefused for whatever keeps the file from us: no answer, a redirect, a private
    address, more than 50 MiB.
    """
    if is_runflow(url):
        raise InputRefused("The sandbox never contacts Runflow.", UNREACHABLE)
    manager = Manager(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=allow_local,
            never_redirect=True,
            default_timeout=TIMEOUT,
            user_agent_override=USER_AGENT,
        )
    )
    with manager.get_session() as session:
        session.trust_env = False
        try:
            with session.get(url, stream=True) as response:
                return read_limited(response)
        except (requests.RequestException, OSError, ValueError) as error:
            raise InputRefused("The source could not be fetched.", UNREACHABLE) from error


def read_limited(response: requests.Response) -> bytes:
    """Return a reply's body. Raises InputRefused when it is no 200, too large or too slow."""
    if response.status_code != 200:
        raise InputRefused(f"The source answered HTTP {response.status_code}.", UNREACHABLE)
    content, deadline = bytearray(), time.monotonic() + DEADLINE
    for chunk in response.iter_content(CHUNK):
        content += chunk
        if len(content) > MAX_IMAGE_BYTES:
            raise InputRefused(f"The source is larger than {MAX_IMAGE_BYTES} bytes.")
        if time.monotonic() > deadline:
            raise InputRefused("The source took too long to arrive.", UNREACHABLE)
    return bytes(content)
