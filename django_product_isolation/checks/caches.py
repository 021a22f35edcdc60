"""Checks of libraries that hand out copies of rows, and of what else lies in a cache of ours."""

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.conf import SETTING, IsolationSettings
from django_product_isolation.host.previews import ALIAS, CachePreviews, store

LIBRARY = "cachalot"
# Beyond MAX_ENTRIES these throw out a third, whatever it is; others have a memory of some size.
CULLING = (LocMemCache, FileBasedCache, DatabaseCache)
ENOUGH = 10_000  # entries: an image has six previews
SESSIONS = "django.contrib.sessions.backends."
IN_A_CACHE = {f"{SESSIONS}cache", f"{SESSIONS}cached_db"}


def check_caches(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Our rows come due by the database's clock, which changes no table."""
    if not apps.is_installed(LIBRARY):
        return
    is_enabled = import_module(f"{LIBRARY}.settings").cachalot_settings.CACHALOT_ENABLED
    is_copied = import_module(f"{LIBRARY}.utils").is_cachable
    ours = apps.get_app_config("product_isolation").get_models()
    if is_enabled and any(is_copied(model._meta.db_table) for model in ours):
        yield Error(
            "django-cachalot hands out copies of what is due, so workers would find nothing to do.",
            hint='Add "product_isolation" to CACHALOT_UNCACHABLE_APPS.',
            id="product_isolation.E039",
        )


def check_sessions_cache(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Previews leave a cache of few entries no room for the sessions in it."""
    if settings.PREVIEWS is None or django_settings.SESSION_ENGINE not in IN_A_CACHE:
        return
    try:
        place, of_sessions = store(), caches[django_settings.SESSION_CACHE_ALIAS]
    except Exception:  # E038 says so, or Django of its own setting
        return
    is_shared = isinstance(place, CachePreviews) and place.cache is of_sessions
    room = getattr(of_sessions, "_max_entries", ENOUGH)
    if is_shared and isinstance(of_sessions, CULLING) and room < ENOUGH:
        yield Warning(
            f"Previews and sessions share a cache of {room} entries: six for each image push "
            "baskets and logins out.",
            hint=f'Give previews a cache of their own, "{ALIAS}" in CACHES, or in '
            f'{SETTING}["PREVIEWS"] name StoragePreviews, or None to keep none.',
            id="product_isolation.W040",
        )
