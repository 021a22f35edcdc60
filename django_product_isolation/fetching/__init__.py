"""Files from and to addresses that we did not choose: public https only, bounded, pinned.

Which addresses (``addresses``), one exchange before one deadline (``transport``), whole files
(``transfer``), how long a server asks to be left alone (``waiting``).
"""

from .addresses import is_loopback, is_reachable_from_outside
from .transfer import FetchError, fetch, is_refused, send_file
from .waiting import read_retry_after

__all__ = [
    "FetchError",
    "fetch",
    "is_loopback",
    "is_reachable_from_outside",
    "is_refused",
    "read_retry_after",
    "send_file",
]
