"""System checks of the settings: each finding has an id to search for and a hint.

Ids are public: hosts silence them. Retired ids are never given to another finding.
"""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from celery import current_app
from django import get_version
from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from . import callbacks
from .choices import AspectRatio, Resolution, Source, Workers
from .conf import SETTING, IsolationSettings, get_settings
from .fetching import is_loopback
from .targets import build

CHOICES = {
    "ASPECT_RATIO": AspectRatio,
    "RESOLUTION": Resolution,
    "SOURCE": Source,
    "WORKERS": Workers,
}


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Check ``PRODUCT_ISOLATION``; the first finding stops those that rest on it."""
    try:
        settings = get_settings()
    except ImproperlyConfigured as error:
        hint = f"Correct the dictionary {SETTING} in your settings."
        return [Error(str(error), hint=hint, id="product_isolation.E001")]
    return [message for check in CHECKS for message in check(settings)]


def check_key(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.API_KEY:
        yield Error(
            f'{SETTING}["API_KEY"] is missing.',
            hint="Set it to your Runflow key, best from an environment variable. "
            "The sandbox takes any key, such as rf_live_sandbox.",
            id="product_isolation.E002",
        )


def check_images(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not settings.IMAGES:
        yield Warning(
            f'{SETTING}["IMAGES"] names no model, so no admin gets the actions.',
            hint='Name your image model: {"catalogue.ProductImage": {"field": "original"}}.',
            id="product_isolation.W001",
        )
    for label, options in settings.IMAGES.items():
        try:
            build(label, options)
        except ImproperlyConfigured as error:
            yield Error(
                str(error),
                hint='An entry looks like "app.Model": {"field": "image", "product": "product"}.',
                id="product_isolation.E003",
            )


def check_choices(settings: IsolationSettings) -> Iterator[CheckMessage]:
    for name, choices in CHOICES.items():
        if getattr(settings, name) not in choices.values:
            yield Error(
                f'{SETTING}["{name}"] is {getattr(settings, name)!r}.',
                hint=f"Choose one of: {', '.join(choices.values)}.",
                id="product_isolation.E004",
            )


def check_addresses(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Both addresses are https; plain http only between neighbours on one machine."""
    local = is_loopback(settings.BASE_URL)
    addresses = {"BASE_URL": settings.BASE_URL, "CALLBACK_BASE_URL": settings.CALLBACK_BASE_URL}
    for name, url in addresses.items():
        if url is None or is_https(url) or (local and is_loopback(url)):
            continue
        yield Error(
            f'{SETTING}["{name}"] is {without_secrets(url)!r}, which is not an https address.',
            hint="Give scheme and host, such as https://shop.example. Plain http works only "
            "where BASE_URL is the sandbox on this machine."
            + (" None means that results are polled." if name == "CALLBACK_BASE_URL" else ""),
            id="product_isolation.E005",
        )


def check_amounts(settings: IsolationSettings) -> Iterator[CheckMessage]:
    readers: list[Callable[[], object]] = [
        lambda: settings.price,
        lambda: settings.daily_budget,
        lambda: settings.monthly_budget,
    ]
    for read in readers:
        try:
            read()
        except ImproperlyConfigured as error:
            yield Error(str(error), hint='Write it as text: "0.27".', id="product_isolation.E006")
    if not isinstance(settings.MAX_BATCH, int) or not 1 <= settings.MAX_BATCH <= 500:
        yield Error(
            f'{SETTING}["MAX_BATCH"] is {settings.MAX_BATCH!r}.',
            hint="Choose a whole number from 1 to 500.",
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


def check_urls(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    try:
        reverse("product_isolation:callback", args=["token"])
    except NoReverseMatch:
        yield Error(
            "The app's addresses are not in the URLconf.",
            hint='Add path("product-isolation/", include("django_product_isolation.urls")).',
            id="product_isolation.E009",
        )


def check_admin(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.sites import all_sites

    for label in settings.IMAGES:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue  # E003 says so
        if not any(site.is_registered(model) for site in all_sites):
            yield Warning(
                f"{label} is named in {SETTING} but no admin site shows it.",
                hint="Register a ModelAdmin for it: the actions attach themselves there.",
                id="product_isolation.W002",
            )


def check_storages(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Nothing of ours has a name twice, but an upload of the shop's own would take an original."""
    for label, options in settings.IMAGES.items():
        try:
            overwrites = build(label, options).overwrites
        except ImproperlyConfigured:
            continue  # E003 says so, or Django of its own setting
        if overwrites:
            yield Warning(
                f"The storage of {label} overwrites files that have the same name.",
                hint='Give it the option "file_overwrite": False (Azure: "overwrite_files", '
                'Django: "allow_overwrite"), or a later upload destroys an original that could '
                "have been restored.",
                id="product_isolation.W005",
            )


def check_broker(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Redis' client has no limits by default; those of other brokers have."""
    if settings.WORKERS != Workers.CELERY:
        return
    broker = current_app.connection_for_write()
    is_redis = broker.get_transport_cls().driver_type == "redis"
    if is_redis and not (broker.transport_options or {}).get("socket_timeout"):
        yield Warning(
            "Celery's workers wait for ever for a Redis that does not answer.",
            hint='Set CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, '
            '"socket_connect_timeout": 5} or, without a prefix, broker_transport_options.',
            id="product_isolation.W004",
        )


def check_django_tasks(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Django brings its own tasks since 6.0, and two backends that are no workers."""
    if settings.WORKERS != Workers.DJANGO:
        return
    if not find_spec("django.tasks"):
        yield Error(
            f'{SETTING}["WORKERS"] is "django", but Django {get_version()} has no tasks.',
            hint='Update to Django 6.0 or later, or choose "embedded" or "celery".',
            id="product_isolation.E010",
        )
        return
    from django.tasks import task_backends
    from django.tasks.backends.dummy import DummyBackend
    from django.tasks.backends.immediate import ImmediateBackend

    if isinstance(task_backends["default"], DummyBackend | ImmediateBackend):
        yield Warning(
            'TASKS["default"] hands no work to a worker: staff would wait for Runflow, or nobody '
            "would take the steps.",
            hint="Name a backend that has workers, such as one of those in Django's list of "
            "third-party backends. Immediate and dummy are for tests.",
            id="product_isolation.W006",
        )


def check_deploy(**_kwargs: Any) -> list[CheckMessage]:
    """Findings that matter only where real money and the open internet are."""
    try:
        settings = get_settings()
    except ImproperlyConfigured:
        return []  # E001 says so
    if settings.CALLBACK_BASE_URL is None or settings.SIGNING_SECRETS:
        return []
    return [
        Warning(
            "Callbacks are received without a signing secret.",
            hint="Create one at Runflow and set SIGNING_SECRETS. Until then only the secret "
            "address of each callback keeps strangers from having us look at our own runs.",
            id="product_isolation.W003",
        )
    ]


def is_https(url: str) -> bool:
    parts = urlsplit(str(url))
    return parts.scheme == "https" and bool(parts.hostname)


def without_secrets(url: str) -> str:
    """Scheme and host only: people put keys into addresses."""
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else str(url)[:40]


CHECKS = (
    check_key,
    check_images,
    check_choices,
    check_addresses,
    check_amounts,
    check_secrets,
    check_urls,
    check_admin,
    check_storages,
    check_broker,
    check_django_tasks,
)
