"""Checks of ``PRODUCT_ISOLATION`` by itself: its values, addresses and secrets."""

from collections.abc import Iterator

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch
from django.utils.functional import Promise

from django_product_isolation.choices import (
    AspectRatio,
    DigitalSourceType,
    Resolution,
    Source,
    Workers,
)
from django_product_isolation.conf import (
    DOUBTFUL,
    LARGEST_BATCH,
    SETTING,
    IsolationSettings,
    is_known_extent,
)
from django_product_isolation.fetching import is_loopback
from django_product_isolation.host.previews import ALIAS, store
from django_product_isolation.runflow import callbacks
from django_product_isolation.web_addresses import split_address

CHOICES = {
    "ASPECT_RATIO": AspectRatio,
    "RESOLUTION": Resolution,
    "SOURCE": Source,
    "DIGITAL_SOURCE_TYPE": DigitalSourceType,
    "WORKERS": Workers,
}
SANDBOX_KEY = "rf_live_sandbox"
# What was a choice once; findings of their own say what became of it.
RETIRED = [("WORKERS", "request")]
OPTIONAL = {"DIGITAL_SOURCE_TYPE"}  # None is a choice, too
# What is a text and no choice, with an example. Of addresses E005 tells.
TEXTS = {"API_KEY": "rf_live_...", "MODEL": "runflow/product-isolation", "PROMPT": "{product}"}


def check_key(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.API_KEY:
        yield Error(
            f'{SETTING}["API_KEY"] is missing.',
            hint="Set it to your Runflow key (rf_live_...), best from an environment variable. "
            f"The sandbox takes any key of that form, such as {SANDBOX_KEY}.",
            id="product_isolation.E002",
        )
    elif settings.API_KEY == SANDBOX_KEY and settings.is_runflow:
        yield Warning(
            f'{SETTING}["API_KEY"] is the one of the sandbox, and Runflow itself is asked with it.',
            hint='Set it to your Runflow key; or for the sandbox "BASE_URL" and "SANDBOX" too.',
            id="product_isolation.W008",
        )


def check_texts(settings: IsolationSettings) -> Iterator[CheckMessage]:
    for name, example in TEXTS.items():
        value = getattr(settings, name)
        if isinstance(value, (str, Promise)) or (name == "API_KEY" and not value):
            continue  # of a missing key E002 tells
        yield Error(
            f'{SETTING}["{name}"] is no text: it is {type(value).__name__}.',
            hint=f'Write it as text, such as "{example}".',
            id="product_isolation.E042",
        )


def check_choices(settings: IsolationSettings) -> Iterator[CheckMessage]:
    for name, choices in CHOICES.items():
        value = getattr(settings, name)
        if value is None and name in OPTIONAL:
            continue
        if value not in choices.values and (name, value) not in RETIRED:
            yield Error(
                f'{SETTING}["{name}"] is {getattr(settings, name)!r}.',
                hint=f"Choose one of: {', '.join(choices.values)}.",
                id="product_isolation.E004",
            )


def check_resolution(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """A result that Pillow refuses here would be paid for, and could not be collected."""
    from django_product_isolation.imaging import may_open  # not at each start

    if settings.RESOLUTION not in Resolution.values:
        return  # E004 says so
    most = Resolution(settings.RESOLUTION).most_pixels
    if not may_open(most):
        yield Error(
            f'{SETTING}["RESOLUTION"] is "{settings.RESOLUTION}", and Pillow is set to open no '
            f"picture of as many pixels as its results may have ({most:,}).",
            hint="Raise PIL.Image.MAX_IMAGE_PIXELS, or check uploads by a validator instead. Or "
            "choose a lower RESOLUTION.",
            id="product_isolation.E052",
        )


def check_review(settings: IsolationSettings) -> Iterator[CheckMessage]:
    from django_product_isolation.imaging.verdict import missing_packages  # not at each start

    if not is_known_extent(settings.REVIEW):
        yield Error(
            f'{SETTING}["REVIEW"] is {settings.REVIEW!r}.',
            hint=f'Choose True, False or "{DOUBTFUL}".',
            id="product_isolation.E040",
        )
    elif settings.reviews_doubtful and (missing := missing_packages()):
        yield Warning(
            f'{SETTING}["REVIEW"] is "{DOUBTFUL}", and {", ".join(missing)} is not installed, so '
            "results are judged in part or not at all.",
            hint='Install "django-product-isolation[verdict]". What was not judged waits.',
            id="product_isolation.W032",
        )


def check_evaluate(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not is_known_extent(settings.EVALUATE):
        yield Error(
            f'{SETTING}["EVALUATE"] is {settings.EVALUATE!r}.',
            hint=f'Choose True, False or "{DOUBTFUL}".',
            id="product_isolation.E043",
        )
    elif settings.EVALUATE == DOUBTFUL and not settings.reviews_doubtful:
        yield Warning(
            f'{SETTING}["EVALUATE"] is "{DOUBTFUL}", but "REVIEW" is not: nothing is found to be '
            "doubtful, so nothing is evaluated, and its price is said all the same.",
            hint=f'Set "REVIEW" to "{DOUBTFUL}", or "EVALUATE" to True or False.',
            id="product_isolation.W036",
        )


def check_previews(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if settings.PREVIEWS is None:
        return
    try:
        store()
    except Exception as error:  # of a class of the shop's own, too
        yield Error(
            f'{SETTING}["PREVIEWS"] is {settings.PREVIEWS!r}, which cannot be used: '
            f"{type(error).__name__}.",
            hint="Name a class that derives from "
            "django_product_isolation.host.previews.PreviewStore; for StoragePreviews, add "
            f'"{ALIAS}" to STORAGES. None keeps no previews.',
            id="product_isolation.E038",
        )


def check_auto_admin(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not isinstance(settings.AUTO_ADMIN, bool):
        yield Error(
            f'{SETTING}["AUTO_ADMIN"] is {settings.AUTO_ADMIN!r}.',
            hint="Choose False only where your own ModelAdmins derive from IsolationAdminMixin, "
            "else True.",
            id="product_isolation.E037",
        )


def check_language(settings: IsolationSettings) -> Iterator[CheckMessage]:
    language = settings.PROMPT_LANGUAGE
    known = [code for code, _name in django_settings.LANGUAGES]
    if language is not None and language not in known:
        yield Error(
            f'{SETTING}["PROMPT_LANGUAGE"] is {language!r}, which is none of LANGUAGES.',
            hint="Choose one of LANGUAGES, or None for LANGUAGE_CODE.",
            id="product_isolation.E014",
        )


def check_addresses(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Both addresses are https; plain http only between neighbours on one machine."""
    local = is_loopback(settings.BASE_URL)
    addresses = {"BASE_URL": settings.BASE_URL, "CALLBACK_BASE_URL": settings.CALLBACK_BASE_URL}
    for name, url in addresses.items():
        if url is None or is_https(url) or (local and is_loopback(url)):
            continue
        yield Error(
            f'{SETTING}["{name}"] is no https address: {without_secrets(url)}.',
            hint="Give scheme and host, such as https://shop.example. Plain http works only "
            "where BASE_URL is the sandbox on this machine."
            + (" None means that results are polled." if name == "CALLBACK_BASE_URL" else ""),
            id="product_isolation.E005",
        )


def check_callback_address(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """What follows the host is the path under which the site is mounted, and nothing else."""
    if settings.CALLBACK_BASE_URL is None:
        return
    parts = split_address(settings.CALLBACK_BASE_URL)
    if parts.query or parts.fragment:
        yield Error(
            f'{SETTING}["CALLBACK_BASE_URL"] has more than scheme, host and path.',
            hint="Leave out what begins with ? or #. A path is the one under which the whole site "
            "is mounted, as in https://shop.example/shop.",
            id="product_isolation.E030",
        )
    try:
        own = callbacks.path_of("token").partition("/callback/")[0]
    except NoReverseMatch:
        return  # E009 says so
    if own.strip("/") and parts.path.rstrip("/").endswith(own):
        yield Warning(
            f'{SETTING}["CALLBACK_BASE_URL"] ends in {own}, which is added by itself.',
            hint="Give the address of the site, such as https://shop.example, and add a path only "
            "where the whole site is mounted under one. check_callback tries it.",
            id="product_isolation.W030",
        )


def check_sandbox(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Staff read that no money is spent: that must be true."""
    if not isinstance(settings.SANDBOX, bool):
        yield Error(
            f'{SETTING}["SANDBOX"] is {settings.SANDBOX!r}.',
            hint="Choose True only where BASE_URL is the sandbox, else False.",
            id="product_isolation.E031",
        )
    elif settings.SANDBOX and settings.is_runflow:
        yield Error(
            f'{SETTING}["SANDBOX"] is True, but BASE_URL is Runflow itself: money is spent there.',
            hint="Remove SANDBOX, or give the sandbox's address as BASE_URL.",
            id="product_isolation.E032",
        )
    elif settings.SANDBOX and not is_loopback(settings.BASE_URL):
        yield Warning(
            f'{SETTING}["SANDBOX"] is True, so every page says that no money is spent.',
            hint="Make sure that BASE_URL is the sandbox, and no gateway that leads to Runflow.",
            id="product_isolation.W031",
        )


def check_amounts(settings: IsolationSettings) -> Iterator[CheckMessage]:
    wrong: dict[str, None] = {}  # each once, in this order
    for amount in ("price", "evaluation_price", "unit_price", "daily_budget", "monthly_budget"):
        try:
            getattr(settings, amount)
        except ImproperlyConfigured as error:
            wrong[str(error)] = None
    for text in wrong:
        yield Error(text, hint='Write it as text: "0.27".', id="product_isolation.E006")
    # Not True, which Python takes for 1.
    if type(settings.MAX_BATCH) is not int or not 1 <= settings.MAX_BATCH <= LARGEST_BATCH:
        yield Error(
            f'{SETTING}["MAX_BATCH"] is {settings.MAX_BATCH!r}.',
            hint=f"Choose a whole number from 1 to {LARGEST_BATCH:,}.",
            id="product_isolation.E007",
        )


def check_secrets(settings: IsolationSettings) -> Iterator[CheckMessage]:
    secrets = settings.SIGNING_SECRETS
    is_list = isinstance(secrets, list | tuple)
    if not is_list or len(callbacks.usable_secrets(secrets)) != len(secrets):
        yield Error(
            f'{SETTING}["SIGNING_SECRETS"] holds a secret that would not protect anything.',
            hint="Give a list of secrets as Runflow showed them (whsec_...), each of at least "
            "24 characters. Leave out what is empty.",
            id="product_isolation.E008",
        )


def is_https(url: object) -> bool:
    parts = split_address(url)
    return parts.scheme == "https" and bool(parts.hostname)


def without_secrets(url: object) -> str:
    """Scheme and host only: people put keys into addresses."""
    parts = split_address(url)
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else "it cannot be read as one"
