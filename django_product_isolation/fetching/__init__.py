"""Files from and to addresses that we did not choose: public https only (but for the local
sandbox's own), bounded, pinned.

Which addresses (``addresses``), one exchange before one deadline (``transport``), whole files
(``transfer``), how long a server asks to be left alone (``waiting``).
"""

from typing import TYPE_CHECKING

from django_product_isolation.exports import when_asked

if TYPE_CHECKING:
    from .addresses import is_loopback, is_reachable_from_outside
    from .transfer import FetchError, fetch, send_file, serves
    from .waiting import read_retry_after

HOMES = {
    ".addresses": "is_loopback is_reachable_from_outside",
    ".transfer": "FetchError fetch send_file serves",
    ".waiting": "read_retry_after",
}
if not TYPE_CHECKING:
    __getattr__ = when_asked(__name__, HOMES)

__all__ = [
    "FetchError",
    "fetch",
    "is_loopback",
    "is_reachable_from_outside",
    "read_retry_after",
    "send_file",
    "serves",
]
