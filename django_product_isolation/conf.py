"""The one setting ``PRODUCT_ISOLATION``: its defaults, how it is read, clear errors.

Read at every call, so that ``override_settings`` and a late change in the settings just work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from .choices import AspectRatio, DigitalSourceType, Resolution, Source, Workers
from .redaction import without_locals
from .web_addresses import split_address

SETTING = "PRODUCT_ISOLATION"
LARGEST_BATCH = 10_000  # images; the most that MAX_BATCH may be
# USD for one image. Our columns hold no more, and no further digit.
LARGEST_PRICE = Decimal("9999.9999")
DIGITS = Decimal("0.0001")
DOUBTFUL = "doubtful"  # a choice of REVIEW and of EVALUATE


@dataclass(frozen=True, kw_only=True)
class IsolationSettings:
    """The values in force. Names and defaults are the public interface."""

    API_KEY: str = field(default="", repr=False)
    IMAGES: Mapping[str, Mapping[str, str] | Sequence[Mapping[str, str]]] = field(
        default_factory=dict
    )
    BASE_URL: str = "https://api.runflow.io"
    SANDBOX: bool = False
    MODEL: str = "runflow/product-isolation"
    CALLBACK_BASE_URL: str | None = None
    SIGNING_SECRETS: Sequence[str] = field(default=(), repr=False)
    SOURCE: str = Source.AUTO
    REVIEW: bool | str = False
    EVALUATE: bool | str = False
    ASPECT_RATIO: str = AspectRatio.SQUARE
    RESOLUTION: str = Resolution.TWO_K
    DIGITAL_SOURCE_TYPE: str | None = DigitalSourceType.EDITED
    PROMPT: str = "{product}"
    PROMPT_LANGUAGE: str | None = None
    PRICE: str = "0.27"
    EVALUATION_PRICE: str | None = None
    DAILY_BUDGET: str | None = None
    MONTHLY_BUDGET: str | None = None
    MAX_BATCH: int = 500
    WORKERS: str = Workers.THREAD
    AUTO_ADMIN: bool = True
    PREVIEWS: str | None = "django_product_isolation.host.previews.CachePreviews"

    @property
    def reviews_all(self) -> bool:
        """Whether every result waits for a person, unless an order says otherwise."""
        return is_for_all(self.REVIEW)

    @property
    def reviews_doubtful(self) -> bool:
        """Whether results are judged, and those wait in which something was found."""
        return self.REVIEW == DOUBTFUL

    @property
    def evaluates(self) -> bool:
        """Whether results are evaluated, all or those in which something was found."""
        return self.EVALUATE is not False

    @property
    def evaluates_all(self) -> bool:
        """Whether each is."""
        return is_for_all(self.EVALUATE)

    @property
    def price(self) -> Decimal:
        """USD for one request."""
        return as_price("PRICE", usd("PRICE", self.PRICE))

    @property
    def evaluation_price(self) -> Decimal | None:
        """USD for one evaluation; None where results are not evaluated."""
        if not self.evaluates:
            return None
        return as_price("EVALUATION_PRICE", usd("EVALUATION_PRICE", self.EVALUATION_PRICE))

    @property
    def unit_price(self) -> Decimal:
        """USD for one image at most: the request, and the evaluation where there may be one."""
        return as_price("EVALUATION_PRICE", self.price + (self.evaluation_price or Decimal(0)))

    @property
    def daily_budget(self) -> Decimal | None:
        """USD that may be reserved in one day, None for no limit."""
        return None if self.DAILY_BUDGET is None else usd("DAILY_BUDGET", self.DAILY_BUDGET)

    @property
    def monthly_budget(self) -> Decimal | None:
        """USD that may be reserved in one calendar month, None for no limit."""
        return None if self.MONTHLY_BUDGET is None else usd("MONTHLY_BUDGET", self.MONTHLY_BUDGET)

    @property
    def is_sandbox(self) -> bool:
        """Whether no money is spent: ``SANDBOX`` says so, and ``BASE_URL`` does not deny it."""
        return self.SANDBOX is True and not self.is_runflow

    @property
    def destination(self) -> str:
        """Where orders go: a digest of ``BASE_URL``, as people put keys into addresses."""
        return sha256(str(self.BASE_URL).rstrip("/").encode()).hexdigest()[:32]

    @property
    def is_runflow(self) -> bool:
        """Whether ``BASE_URL`` is Runflow's own. Where it is not, a gateway may stand before it."""
        host = (split_address(self.BASE_URL).hostname or "").removesuffix(".")
        return host == "runflow.io" or host.endswith(".runflow.io")


NAMES = frozenset(f.name for f in fields(IsolationSettings))


@without_locals
def get_settings() -> IsolationSettings:
    """Return the settings as they are now.

    Raises ImproperlyConfigured when the setting is no dictionary or holds an unknown name.
    """
    given = getattr(django_settings, SETTING, {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"{SETTING} must be a dictionary.")
    if unknown := sorted(map(str, set(given) - NAMES)):
        raise ImproperlyConfigured(
            f"{SETTING} has no option {', '.join(unknown)}. Known are: {', '.join(sorted(NAMES))}."
        )
    if not isinstance(given.get("IMAGES", {}), Mapping):
        raise ImproperlyConfigured(f'{SETTING}["IMAGES"] must be a dictionary of models.')
    return IsolationSettings(**given)


def is_for_all(value: object) -> bool:
    """Whether a value of REVIEW or EVALUATE means every result, as all do that mean nothing else.

    Not every server runs the checks, and a mistake must not publish what nobody has looked at.
    """
    return value is not False and value != DOUBTFUL


def is_known_extent(value: object) -> bool:
    """Whether REVIEW and EVALUATE may be ``value``."""
    return isinstance(value, bool) or value == DOUBTFUL


def usd(name: str, value: Any) -> Decimal:
    """Return ``value`` of the option ``name`` as USD, at least zero.

    Raises ImproperlyConfigured when it is no amount of money.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ImproperlyConfigured(f'{SETTING}["{name}"] must be an amount in USD like "0.27".')
    return amount


def as_price(name: str, amount: Decimal) -> Decimal:
    """Return ``amount``, which the option ``name`` has an image cost, as our columns will say it.

    Raises ImproperlyConfigured for what they cannot hold to the digit.
    """
    if amount > LARGEST_PRICE or amount != amount.quantize(DIGITS):
        raise ImproperlyConfigured(
            f'{SETTING}["{name}"] makes the price of an image one that cannot be kept: more than '
            f"{LARGEST_PRICE:,} USD, or in more than four decimals."
        )
    return amount
