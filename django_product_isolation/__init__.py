"""Isolate product photos from the Django admin with Runflow's Product Isolation model."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .workflow import (
        BudgetExceeded,
        NothingToIsolate,
        Plan,
        Restoration,
        Skipped,
        isolate,
        plan,
        restore,
    )

__version__ = "0.1.0"
__all__ = [
    "BudgetExceeded",
    "NothingToIsolate",
    "Plan",
    "Restoration",
    "Skipped",
    "isolate",
    "plan",
    "restore",
]


def __getattr__(name: str) -> Any:
    # Django imports this package before its models can be imported.
    if name in __all__:
        from . import workflow

        return getattr(workflow, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
