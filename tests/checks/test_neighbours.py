"""Checks of what stands beside us: caches that previews share, apps that delete files."""

import pytest
from django.core.checks import run_checks

CACHE = "django_product_isolation.host.previews.CachePreviews"
DEFAULT = "default"
OWN = "product_isolation_previews"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
BACKENDS = {
    LOCAL: {},
    "django.core.cache.backends.filebased.FileBasedCache": {"LOCATION": "/nowhere/cache"},
    "django.core.cache.backends.db.DatabaseCache": {"LOCATION": "cache"},
}


def found(number):
    return [m for m in run_checks() if m.id == f"product_isolation.{number}"]


@pytest.fixture
def shop(settings):
    """A shop whose sessions are in the cache of an alias; more settings by name."""

    def build(backend=LOCAL, engine="cache", previews=CACHE, alias=DEFAULT, own=None, **options):
        settings.CACHES = {
            DEFAULT: {"BACKEND": backend, **BACKENDS.get(backend, {}), "OPTIONS": options},
            "others": {"BACKEND": LOCAL},
            **({OWN: own} if own else {}),
        }
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
        settings.SESSION_CACHE_ALIAS = alias
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "PREVIEWS": previews}

    return build


@pytest.mark.parametrize("engine", ["cache", "cached_db"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_it_warns_where_previews_push_sessions_out_of_a_small_cache(backend, engine, shop):
    shop(backend, engine)
    [warning] = found("W040")
    assert "a cache of 300 entries" in warning.msg
    assert OWN in warning.hint


SILENT = {
    "sessions in the database": {"engine": "db"},
    "sessions elsewhere": {"alias": "others"},
    "a cache with room": {"MAX_ENTRIES": 10_000},
    "one that culls by size": {"backend": "django.core.cache.backends.redis.RedisCache"},
    "a cache of their own": {"own": {"BACKEND": LOCAL, "LOCATION": "previews"}},
    "no previews": {"previews": None},
    "a setting that E038 refuses": {"previews": "no.such.Class"},
}


@pytest.mark.parametrize("how", SILENT)
def test_it_is_silent_where_sessions_keep_their_room(how, shop):
    shop(**SILENT[how])
    assert found("W040") == []


@pytest.fixture
def install(settings, tmp_path, monkeypatch):
    """Install an app of that name, which does nothing."""

    def put(name):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, name]

    return put


@pytest.mark.parametrize(
    ("library", "mask"), [("django_unused_media", "'products/*'"), ("unused_media_cleaner", "'p")]
)
def test_an_app_that_deletes_what_no_field_of_files_names_is_warned_of(library, mask, install):
    assert found("W039") == []
    install(library)
    [warning] = found("W039")
    assert warning.msg.startswith(library)
    assert mask in warning.hint
