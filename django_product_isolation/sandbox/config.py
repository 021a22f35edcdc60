"""What can be set about one sandbox, and the limits it keeps.

Knows numbers and names only; where a number is Runflow's, the section of the contract is beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

MODEL = "runflow/product-isolation"
PRICE_CENTS = 27  # contract, section 5
EVALUATION_CENTS = 5  # made up: the contract names no price
MAX_IMAGE_BYTES = 52_428_800  # contract, section 8
MAX_IMAGE_SIDE = 4096  # pixels; contract, section 8
MAX_REQUEST_BYTES = 75_000_000  # room for a data: URI of MAX_IMAGE_BYTES

# What an asset may be, and the ending of its file (contract, section 8).
IMAGE_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

SIZES = ("nominal", "bucket")

Seconds = tuple[float, float]


@dataclass(frozen=True)
class Speed:
    """How long a run stays in each state: shortest and longest, in seconds."""

    queued: Seconds
    dispatching: Seconds
    running: Seconds


SPEEDS = {
    "quick": Speed((0.2, 0.4), (0.1, 0.3), (0.7, 1.8)),
    "instant": Speed((0, 0), (0, 0), (0, 0)),
    "realistic": Speed((1, 6), (1, 4), (18, 50)),
}


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    """The options of one sandbox. Raises ValueError for a value that does not exist."""

    data: Path | None = None  # None: a temporary folder that goes with the sandbox
    speed: str = "quick"
    engine: str = "auto"
    signing_secret: str | None = None  # every organisation's first signing secret
    sizes: str = "nominal"
    balance: str = "1000.00"  # USD each organisation starts with
    allow_local_sources: bool = False
    public_url: str | None = None  # None: the address the server listens on
    url_lifetime: float = 3600  # seconds a signed URL is good for
    callback_timeout: float = 5  # seconds
    callback_delays: Sequence[float] = (0, 1, 2)  # seconds before each attempt; section 2.4

    def __post_init__(self) -> None:
        if self.speed not in SPEEDS:
            raise ValueError(f"speed must be one of {', '.join(SPEEDS)}.")
        if self.sizes not in SIZES:
            raise ValueError(f"sizes must be one of {', '.join(SIZES)}.")
        in_cents(self.balance)


def in_cents(amount: object) -> int:
    """Return an amount in USD as US cents. Raises ValueError when it is none."""
    try:
        return int(Decimal(str(amount)) * 100)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError('balance: an amount in USD like "10.00".') from error
