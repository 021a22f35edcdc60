"""System checks: each finding has an id to search for and a hint that is the way out.

Ids are public: hosts silence them. Retired ids are never given to another finding.
"""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.conf import SETTING, IsolationSettings, get_settings

from .caches import check_caches, check_sessions_cache
from .cleanup import check_cleanup
from .database import check_database
from .names import check_cut_names, check_room, check_upload_to
from .settings import (
    check_addresses,
    check_amounts,
    check_auto_admin,
    check_callback_address,
    check_choices,
    check_evaluate,
    check_key,
    check_language,
    check_previews,
    check_resolution,
    check_review,
    check_sandbox,
    check_secrets,
    check_texts,
)
from .shop import (
    check_admin,
    check_cookies,
    check_entries,
    check_formats,
    check_images,
    check_storages,
    check_urls,
)
from .static_files import check_static_files
from .tenants import check_managers, check_tenants
from .workers import check_workers

__all__ = ["check_database", "check_deploy", "check_settings"]

CHECKS = (
    check_key,
    check_images,
    check_entries,
    check_texts,
    check_choices,
    check_resolution,
    check_language,
    check_addresses,
    check_callback_address,
    check_sandbox,
    check_amounts,
    check_secrets,
    check_urls,
    check_cookies,
    check_admin,
    check_auto_admin,
    check_previews,
    check_evaluate,
    check_review,
    check_storages,
    check_formats,
    check_upload_to,
    check_room,
    check_cut_names,
    check_workers,
    check_caches,
    check_sessions_cache,
    check_cleanup,
    check_tenants,
    check_managers,
)


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Check ``PRODUCT_ISOLATION``; the first finding stops those that rest on it."""
    try:
        settings = get_settings()
    except ImproperlyConfigured as error:
        hint = f"Correct the dictionary {SETTING} in your settings."
        return [Error(str(error), hint=hint, id="product_isolation.E001")]
    return [message for check in CHECKS for message in check(settings)]


def check_deploy(**_kwargs: Any) -> list[CheckMessage]:
    """Findings that matter only where real money and the open internet are."""
    try:
        settings = get_settings()
    except ImproperlyConfigured:
        return []  # E001 says so
    return [*check_unsigned(settings), *check_static_files()]


def check_unsigned(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if settings.CALLBACK_BASE_URL is None or settings.SIGNING_SECRETS:
        return
    yield Warning(
        "Callbacks are received without a signing secret.",
        hint="Create one at Runflow and set SIGNING_SECRETS. Until then only the secret "
        "address of each callback keeps strangers from having us look at our own runs.",
        id="product_isolation.W003",
    )
