"""The settings that all strangers' shops begin with: what ``startproject`` writes, and our entry.

What belongs to one run comes from the environment: ``SHOP_VAR``, a folder for database and files,
``SANDBOX_URL`` and, where the shop is on a server, ``DATABASE_URL``.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url

VAR = Path(os.environ["SHOP_VAR"])

SECRET_KEY = "a key of the stranger's own"
DEBUG = True  # serves the files
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.strangers.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_product_isolation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES: dict[str, Any] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "shop.sqlite3"}
}
if os.environ.get("DATABASE_URL"):
    DATABASES["default"] = dj_database_url.config()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def isolation(model: str, **options: Any) -> dict[str, Any]:
    """The app's one setting, for the image model called ``model``."""
    return {
        "API_KEY": "rf_live_sandbox",
        "BASE_URL": os.environ["SANDBOX_URL"],
        "SANDBOX": True,
        "IMAGES": {model: {"field": "image", "product": "product"}},
        "RESOLUTION": "1K",
        **options,
    }
