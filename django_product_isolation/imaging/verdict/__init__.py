"""A second look at a result: what it was measured to be, and what deserves a closer look.

Looking needs the extra ``verdict``; without it nothing is judged, and that is said. Must not know
where pictures come from or what is decided about them.
"""

from . import rules as _rules  # registers them  # noqa: F401
from .finding import NOT_CHECKED, Finding, Region, Seen, findings, register, titles, unregister
from .limits import DEFAULT, Limits
from .measuring import VERSION, measure, missing_packages
from .unchecked import sentence_for

__all__ = [
    "DEFAULT",
    "NOT_CHECKED",
    "VERSION",
    "Finding",
    "Limits",
    "Region",
    "Seen",
    "findings",
    "measure",
    "missing_packages",
    "register",
    "sentence_for",
    "titles",
    "unregister",
]
