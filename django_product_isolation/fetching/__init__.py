"""Files from and to addresses that we did not choose: public https only, bounded, pinned.

Which addresses (``addresses``), one exchange before one deadline (``transport``), whole files
(``transfer``).
"""

from .addresses import is_loopback, is_reachable_from_outside
from .transfer import FetchError, fetch, is_refused, send_file

__all__ = [
    "FetchError",
    "fetch",
    "is_loopback",
    "is_reachable_from_outside",
    "is_refused",
    "send_file",
]
