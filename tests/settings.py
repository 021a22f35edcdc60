"""A shop as small as a test needs: SQLite, local files, nothing outside the process.

DATABASE_URL runs the same tests on another database.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url

SECRET_KEY = "a key for tests only"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "tests.urls"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "easy_thumbnails",
    "tests.shops.bazaar",
    "tests.shops.catalogue",
    "tests.shops.assortment",
    "tests.shops.fussy",
    "tests.shops.warehouse",
    "tests.shops.wardrobe",
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
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        # A file, so that threads meet one another as workers do.
        "TEST": {"NAME": Path(tempfile.gettempdir()) / f"product-isolation-{os.getpid()}.sqlite3"},
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
if os.environ.get("DATABASE_URL"):
    DATABASES["default"] = dj_database_url.config()
    # Of the test's database, where it is not the one that connections begin with.
    if collation := DATABASES["default"].get("OPTIONS", {}).pop("database_collation", ""):
        DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": collation}
if DATABASES["default"]["ENGINE"].endswith(".postgresql"):
    INSTALLED_APPS.append("tests.shops.lookbook")
if DATABASES["default"]["ENGINE"].endswith(".mysql"):
    import pymysql

    pymysql.install_as_MySQLdb()  # speaks to MariaDB without a compiler or a client library
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(tempfile.gettempdir()) / "product-isolation-tests"  # each test gets its own
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "posters": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
}

PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "IMAGES": {
        "catalogue.ProductImage": {"field": "original", "product": "product"},
        "catalogue.Swatch": {"field": "picture"},
    },
    "PREVIEWS": None,  # of the hundreds of runs in tests nobody looks at most
}
