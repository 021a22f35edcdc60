"""What is kept. Knows nothing of HTTP."""

from .account import AccountBalance
from .batches import IsolationBatch, SpendingLock
from .bulk import open_together
from .charges import LastCharge
from .events import RunEvent
from .findings import RunFinding
from .outages import Outage
from .presets import Preset
from .runs import IsolationRun, LeaseLost
from .selections import Selection

__all__ = [
    "AccountBalance",
    "IsolationBatch",
    "IsolationRun",
    "LastCharge",
    "LeaseLost",
    "Outage",
    "Preset",
    "RunEvent",
    "RunFinding",
    "Selection",
    "SpendingLock",
    "open_together",
]
